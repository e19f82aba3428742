// Package probe may not use everything that probes.
package probe

import _ "google.golang.org/grpc"
