// What of this process's command line is for every process and thread of the product: how its code is loaded
// (scripts/stripped/load.js). A debugger's or a test runner's options are not.
export const preloadOptions = process.execArgv.filter((option) => /^--import=.*\/stripped\/load\.js$/.test(option))
