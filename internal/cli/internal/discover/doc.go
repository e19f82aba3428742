// Package discover reads from /proc what listens and runs on this machine, and
// writes it as a commented configuration, a beginning for an operator:
//
//	found, err := discover.Read(os.DirFS("/proc"))
//	text := discover.YAML(found)
//
// It opens no connection and starts no program. No command line is shown: it may
// hold secrets.
package discover
