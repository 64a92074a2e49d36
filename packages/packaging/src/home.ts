/** Where this project lives. Every manifest names it; whoever moves the project changes it here, and the test of the manifests finds the rest. */
export const home = 'https://github.com/x/koywe-webhooks'
