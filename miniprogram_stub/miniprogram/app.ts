// The shell has no state of its own: everything is on the server.
App({})
