// Package state keeps in a directory what an exporter cannot find out again
// after a restart: the operator's drain and mutes, the newest result of each
// check, and its last changes of state.
//
//	store := state.Open("/var/lib/healthcheck_exporter", report)
//	defer store.Close()
//	c, err := collector.New(collector.Options{Restore: store.Restore(checks)}, checks...)
//	go store.Keep(ctx, c)           // results and changes of state, at most once a second
//	err = store.SaveDecisions(c)    // after SetDrain or Mute, before answering
//
// The files of the directory, all with mode 0600:
//
//   - lock: held by the process that uses the directory.
//   - fingerprint.key: a random key. Fingerprints of checks, which are hashes over
//     settings and secrets, reach the disk only as HMACs with this key.
//   - decisions.json: the drain and the mutes, replaced as a whole and synced to
//     disk before an operator is answered.
//   - results.slots: the newest result of each check, in slots of fixed size that are
//     written in place.
//   - history.slots: sixteen slots for each check, one for each change of state.
//
// Each slot has a checksum. A damaged slot is ignored, a file that is not
// ours or of a newer version is renamed to *.old; both cost one report. Results
// are not synced: the kernel keeps them when the process is killed, and after a
// crash of the machine they would be discarded anyway, because they belong to
// another boot.
//
// The package knows nothing about HTTP, logging or the configuration.
package state
