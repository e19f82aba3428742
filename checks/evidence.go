package checks

import "time"

// Evidence is what a failed run leaves behind besides its sentence: where the
// time went and what the peer said. It is plain data; the zero value means that
// the run recorded nothing. A run records its Evidence with [TraceOf].
//
// A collector keeps the Evidence of the last failed run of a check and of the
// first one since the check last passed. All texts are then scrubbed, without
// control characters, and take at most 2 KiB together.
type Evidence struct {
	// Time is the end of the run, or the moment at which it was given up.
	Time time.Time
	// Duration is the time from the start of the run to Time.
	Duration time.Duration
	// Reason and Output are those of the result. Output is shortened.
	Reason Reason
	Output string

	// Phases are the steps of the run, in order. The run ended in the last step.
	Phases []Phase
	// Attempts are the addresses that the run tried to connect to.
	Attempts []Attempt
	// TLS describes the last handshake; nil if the peer sent no certificates.
	TLS *Handshake
	// Reply is the beginning of what the peer said; nil if the run recorded none.
	Reply *Reply
	// Exit is how a program ended; nil if no program ended.
	Exit *Exit
	// Notes are all other facts that the run recorded.
	Notes []Note

	// Cut reports whether the limits have cut or removed a part.
	Cut bool
}

// A Phase is one step of a run, such as "resolving", "connecting", "tls
// handshake" or "waiting for a reply".
type Phase struct {
	Name string
	// Peer is the address, the host name or the program that the step worked with.
	// It may be empty.
	Peer string
	// Duration is the time until the next phase began or the run ended.
	Duration time.Duration
}

// An Attempt is one try to connect.
type Attempt struct {
	// Address is an address and port, or the path of a Unix socket.
	Address string
	// Error is empty if the connection was made.
	Error string
}

// A Handshake is a TLS handshake, whether or not it succeeded.
type Handshake struct {
	// Version is such as "TLS 1.3"; empty if it is not known.
	Version string
	// Chain are the certificates that the peer sent, its own first.
	Chain []Certificate
}

// A Certificate has the facts of a certificate that a person looks for.
type Certificate struct {
	Subject string
	// Names are host names and addresses that the certificate is for.
	Names    []string
	NotAfter time.Time
}

// A Reply is the beginning of what a peer said.
type Reply struct {
	// Status is the HTTP status; zero with other protocols.
	Status int
	// Begins is the beginning of the body, or of the reply in other protocols.
	Begins string
}

// An Exit is how a program ended.
type Exit struct {
	// Code is the exit status; -1 if a signal ended the program.
	Code int
	// Stderr is the beginning of the program's standard error.
	Stderr string
}

// A Note is a text with a name.
type Note struct{ Name, Text string }
