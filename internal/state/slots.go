package state

import (
	"bufio"
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"strings"
)

// A slotFile is a file of slots of one size. A slot has a checksum, a length and
// a payload; a slot without a payload is free. Slots are written in place.
type slotFile struct {
	name string // of the file
	kind string // the first line of the file, up to its version
	size int    // of a slot

	file *os.File // nil: not open for writing
}

const (
	// headerSize is the size of the first line, which is padded with blanks.
	headerSize = 64
	// slotHeader is the size of the checksum and the length.
	slotHeader = 6
	// maxSlots bounds how much of a file is read.
	maxSlots = 2 << 20
)

func (f *slotFile) header() string {
	line := fmt.Sprintf("%s %d", f.kind, f.size)
	return line + strings.Repeat(" ", headerSize-1-len(line)) + "\n"
}

// capacity is the size of the largest payload.
func (f *slotFile) capacity() int { return f.size - slotHeader }

// errUnusable means that the content of a file is not what it should be.
type errUnusable struct{ error }

// read calls use for each slot with a payload, which must not be kept, and
// returns the number of slots. Damaged is the number of those that were ignored.
// A file that does not exist has no slots.
func (f *slotFile) read(root *os.Root, use func(i int, payload []byte)) (n, damaged int, err error) {
	file, err := openRegular(root, f.name)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, 0, nil
	}
	if errors.Is(err, errNotRegular) {
		return 0, 0, errUnusable{err}
	}
	if err != nil {
		return 0, 0, err
	}
	defer file.Close()
	in := bufio.NewReaderSize(file, 1<<16)
	header := make([]byte, headerSize)
	if read, err := io.ReadFull(in, header); err != nil && read == 0 {
		return 0, 0, nil // As it is created.
	}
	if string(header) != f.header() {
		return 0, 0, errUnusable{cmp.Or(recognize(string(header), f.kind+" "), errors.New("has slots of another size"))}
	}
	for slot := make([]byte, f.size); n < maxSlots; n++ {
		read, err := io.ReadFull(in, slot)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
			return n, damaged, err
		}
		clear(slot[read:]) // The last slot ends with its payload.
		payload, ok := unpack(slot)
		switch {
		case !ok:
			damaged++
		case len(payload) > 0:
			use(n, payload)
		}
	}
	return n, damaged, nil
}

// unpack returns the payload of a slot; none if it is free.
func unpack(slot []byte) (payload []byte, ok bool) {
	sum, length := binary.LittleEndian.Uint32(slot), int(binary.LittleEndian.Uint16(slot[4:]))
	if sum == 0 && length == 0 {
		return nil, true
	}
	if length > len(slot)-slotHeader || crc32.Checksum(slot[4:slotHeader+length], castagnoli()) != sum {
		return nil, false
	}
	return slot[slotHeader : slotHeader+length], true
}

// open opens the file for writing, and creates it if it does not exist.
func (f *slotFile) open(root *os.Root) error {
	if f.file != nil {
		return nil
	}
	file, err := root.OpenFile(f.name, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	if _, err := file.WriteAt([]byte(f.header()), 0); err != nil {
		file.Close()
		return err
	}
	f.file = file
	return nil
}

func (f *slotFile) close() {
	if f.file != nil {
		f.file.Close()
		f.file = nil
	}
}

// write puts a payload into a slot and returns how many bytes it has written. An
// empty payload frees the slot.
func (f *slotFile) write(i int, payload []byte) (int, error) {
	slot := make([]byte, slotHeader, slotHeader+len(payload))
	if len(payload) > 0 {
		binary.LittleEndian.PutUint16(slot[4:], uint16(len(payload))) //nolint:gosec // Not longer than a slot.
		slot = append(slot, payload...)
		binary.LittleEndian.PutUint32(slot, crc32.Checksum(slot[4:], castagnoli()))
	}
	return f.file.WriteAt(slot, headerSize+int64(i)*int64(f.size))
}

// readSlots reads a file, and puts it aside if it is not usable. Damaged slots are
// ignored. The error is for the report.
func (s *Store) readSlots(f *slotFile, use func(i int, payload []byte)) (n int, err error) {
	n, damaged, err := f.read(s.root, use)
	if _, is := errors.AsType[errUnusable](err); is {
		return 0, s.putAside(f.name, err)
	}
	if err != nil {
		return n, fault(f.name, err)
	}
	if damaged > 0 {
		return n, damagedSlots(f.name, damaged)
	}
	return n, nil
}

// writeSlot writes a slot within the budget of the present save.
func (s *Store) writeSlot(f *slotFile, i int, payload []byte) error {
	n, err := f.write(i, payload)
	s.budget -= n
	return err
}
