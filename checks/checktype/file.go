package checktype

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"syscall"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
)

const (
	// maxSecretFile is the size of the largest secret file, in bytes.
	maxSecretFile = 64 << 10
	// maxPEMFile is the size of the largest file of certificates, in bytes:
	// several times the bundle of all public CAs.
	maxPEMFile = 4 << 20
	// readTimeout bounds the reading of a file that the kernel writes while it is
	// read.
	readTimeout = 2 * time.Second
)

// ReadPEM returns the content of a file of certificates, a regular file of at most
// 4 MiB. It waits at most two seconds, and an error begins with the path.
func ReadPEM(path string) ([]byte, error) { return readFile(path, maxPEMFile) }

// readFile returns the content of the regular file at path. A file larger than
// limit bytes is an error. readFile does not wait for a FIFO or a terminal, and
// for a file such as /proc/kmsg at most readTimeout: a run that reads one by
// mistake would not end. An error begins with the path.
func readFile(path string, limit int64) ([]byte, error) {
	// Without O_NONBLOCK, opening a FIFO waits for its writer.
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, fileError(path, err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, fileError(path, err)
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s: is not a regular file", path)
	}
	f.SetReadDeadline(time.Now().Add(readTimeout)) //nolint:errcheck // Files on disks have no deadline.
	data, err := io.ReadAll(io.LimitReader(f, limit+1))
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return nil, fmt.Errorf("%s: could not be read within %v", path, readTimeout)
	}
	if err != nil {
		return nil, fileError(path, err)
	}
	if int64(len(data)) > limit {
		return nil, fmt.Errorf("%s: is larger than %v", path, checks.Size(limit))
	}
	return data, nil
}

// fileError returns err, mostly a PathError, with the path before it once.
func fileError(path string, err error) error {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		err = e.Err
	}
	return fmt.Errorf("%s: %w", path, err)
}
