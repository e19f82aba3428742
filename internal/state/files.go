package state

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"runtime"
)

// maxWhole bounds the files that are read as a whole.
const maxWhole = 16 << 20

// fault adds the name of the file to an error.
func fault(name string, err error) error { return fmt.Errorf("%s: %w", name, bare(err)) }

// openRegular opens a file for reading if it is a regular file. Other kinds, such
// as a named pipe, could block.
func openRegular(root *os.Root, name string) (*os.File, error) {
	info, err := root.Lstat(name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, errNotRegular
	}
	return root.Open(name)
}

var errNotRegular = errors.New("is not a regular file")

// readWhole reads a file. It puts a file aside that is too large or not a regular
// file.
func (s *Store) readWhole(name string) ([]byte, error) {
	f, err := openRegular(s.root, name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, err
	case errors.Is(err, errNotRegular):
		return nil, s.putAside(name, err)
	case err != nil:
		return nil, fault(name, err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxWhole+1))
	if err != nil {
		return nil, fault(name, err)
	}
	if len(data) > maxWhole {
		return nil, s.putAside(name, fmt.Errorf("is larger than %d MiB", maxWhole>>20))
	}
	return data, nil
}

// putAside renames a file that cannot be used, so that nothing in it is lost. The
// error, for the report, has the cause and the new name.
func (s *Store) putAside(name string, wrong error) error {
	old := name + ".old"
	if s.lock == nil { // The directory cannot be written to.
		return fault(name, wrong)
	}
	_ = s.root.RemoveAll(old)
	if err := s.root.Rename(name, old); err != nil {
		return fault(name, errors.Join(wrong, bare(err)))
	}
	return fmt.Errorf("%s: %w; it is now %s", name, wrong, old)
}

// replace writes a file so that a crash leaves either the old or the new
// content, and syncs it to disk.
func (s *Store) replace(name string, content []byte) error {
	temporary := name + ".new"
	_ = s.root.Remove(temporary) // From a crash.
	f, err := s.root.OpenFile(temporary, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return fault(name, err)
	}
	_, err = f.Write(content)
	if err == nil {
		err = f.Sync()
	}
	err = errors.Join(err, f.Close())
	if err == nil {
		err = s.root.Rename(temporary, name)
	}
	if err == nil {
		err = s.syncDirectory()
	}
	if err != nil {
		_ = s.root.Remove(temporary)
		return fault(name, err)
	}
	return nil
}

// syncDirectory makes a rename survive a crash of the machine.
func (s *Store) syncDirectory() error {
	if runtime.GOOS == "windows" { // It cannot.
		return nil
	}
	d, err := s.root.Open(".")
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}
