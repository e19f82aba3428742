package state

import (
	"errors"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
)

// A Store is a state directory. Its methods are safe for concurrent use. A Store
// that cannot use its directory restores what it can read and keeps nothing.
type Store struct {
	dir    string
	report func(error)
	clock  clock
	root   *os.Root // nil: the directory cannot be used
	usable atomic.Bool

	mu        sync.Mutex // guards what follows, and the order of writes
	lock      *os.File   // nil: not locked
	broken    error      // why the directory cannot be used; nil: it can
	reported  bool       // the present trouble has been reported
	key       []byte     // nil: not known yet
	decisions decisionFile
	results   results
	history   history
	mark      collector.Mark // of what the queues contain
	budget    int            // bytes that the present save may still write
}

// lockWait is how long Open waits for another process to release the directory.
const lockWait = 2 * time.Second

// errBusy means that another process has the lock.
var errBusy = errors.New("in use by another process")

// Open opens a state directory, which is created if necessary, and waits at most
// two seconds for another process to leave it. Report is called with each
// trouble, once until it is over, with nil when it is over, and with an [Ended]
// for a decision that has ended while nobody used the directory. It must not call
// the Store.
func Open(dir string, report func(error)) *Store {
	return open(dir, report, systemClock())
}

func open(dir string, report func(error), c clock) *Store {
	s := &Store{dir: dir, report: report, clock: c, results: newResults(), history: newHistory()}
	s.mu.Lock()
	defer s.mu.Unlock()
	_ = s.settle(s.enter()) // It has been reported.
	return s
}

// enter opens and locks the directory.
func (s *Store) enter() error {
	err := os.MkdirAll(s.dir, 0o700)
	if err == nil {
		s.root, err = os.OpenRoot(s.dir)
	}
	if err != nil {
		return bare(err)
	}
	for end := time.Now().Add(lockWait); ; time.Sleep(lockWait / 40) {
		if err = s.takeLock(); !errors.Is(err, errBusy) {
			return err
		}
		if time.Now().After(end) {
			s.root.Close()
			s.root = nil
			return err
		}
	}
}

// takeLock locks the directory, if this has not been done.
func (s *Store) takeLock() error {
	if s.lock != nil {
		return nil
	}
	f, err := s.root.OpenFile("lock", os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return bare(err)
	}
	if err := lockFile(f); err != nil {
		f.Close()
		return err
	}
	s.lock = f
	s.tighten()
	return nil
}

// tighten gives our files the mode 0600 again.
func (s *Store) tighten() {
	for _, name := range []string{keyName, decisionsName, s.results.slots.name, s.history.slots.name} {
		if info, err := s.root.Lstat(name); err == nil && info.Mode().IsRegular() && info.Mode().Perm() != 0o600 {
			_ = s.root.Chmod(name, 0o600) // If it is not ours, writing fails too.
		}
	}
}

// Restore returns the stored state of these checks, for
// [collector.Options.Restore].
func (s *Store) Restore(cs []checks.Check) *collector.Saved {
	s.mu.Lock()
	defer s.mu.Unlock()
	saved := &collector.Saved{
		Transitions: map[string][]collector.Transition{}, Mutes: map[string]collector.Mute{}, Beats: map[string]checks.Beats{},
	}
	if s.root == nil {
		return saved
	}
	for _, err := range []error{
		s.loadKey(),
		s.decisions.load(s, saved),
		s.results.load(s, saved, cs),
		s.history.load(s, saved),
	} {
		// A fault of the whole directory has been reported already.
		if err != nil && (s.broken == nil || !errors.Is(err, s.broken)) {
			s.report(s.named(err))
		}
	}
	return saved
}

// Usable reports whether the last attempt to write to the directory succeeded. It
// never waits.
func (s *Store) Usable() bool { return s.usable.Load() }

// Close releases the directory. Nothing is written afterwards. Closing a nil Store
// does nothing.
func (s *Store) Close() {
	if s == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.root == nil {
		return
	}
	s.results.slots.close()
	s.history.slots.close()
	if s.lock != nil {
		s.lock.Close()
	}
	s.root.Close()
	s.root, s.broken = nil, os.ErrClosed
}

// writable returns an error if the directory cannot be written to. It tries again
// even if the last attempt failed, for example on a full disk.
func (s *Store) writable() error {
	if s.root == nil {
		return s.broken
	}
	if err := s.takeLock(); err != nil {
		return err
	}
	return s.makeKey()
}

// settle remembers whether an attempt to write succeeded, and reports a change.
func (s *Store) settle(err error) error {
	s.usable.Store(err == nil)
	s.broken = err
	if err != nil {
		err = s.named(err)
	}
	if was := s.reported; was != (err != nil) {
		s.reported = !was
		s.report(err)
	}
	return err
}

// named adds the directory to an error.
func (s *Store) named(err error) error { return fmt.Errorf("state directory %s: %w", s.dir, err) }

// bare removes the operation and the path from an error of the file system. The
// directory is named instead.
func bare(err error) error {
	if inner, is := errors.AsType[*os.PathError](err); is {
		return inner.Err
	}
	if inner, is := errors.AsType[*os.LinkError](err); is {
		return inner.Err
	}
	return err
}
