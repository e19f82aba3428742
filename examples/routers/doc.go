// Package routers mounts the handlers of package httpapi under five routers. Its
// tests are the examples: one file for each router. It is a module of its own,
// so that the routers take no part in the version selection of the main module.
package routers
