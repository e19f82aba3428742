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

// A slotFile is a file of rooms. A room is a slot in each of some columns; all slots
// have one size. A slot has a checksum, a length and a payload; a slot without a
// payload is free. Slots are written in place.
//
// The file is columns of many rooms each, one after the other, so that slots that
// are written at the same time are neighbours: the kernel writes whole pages.
type slotFile struct {
	name    string // of the file
	kind    string // the first line of the file, up to its version
	size    int    // of a slot
	columns int

	file *os.File // nil: not open for writing
}

// perBlock is the number of rooms after which the columns begin again.
const perBlock = 64

// offset returns where a slot is.
func (f *slotFile) offset(room, column int) int64 {
	slot := (room/perBlock*f.columns+column)*perBlock + room%perBlock
	return headerSize + int64(slot)*int64(f.size)
}

// place returns which slot is the i-th of the file.
func (f *slotFile) place(i int) (room, column int) {
	return i/perBlock/f.columns*perBlock + i%perBlock, i / perBlock % f.columns
}

const (
	// headerSize is the size of the first line, which is padded with blanks.
	headerSize = 64
	// slotHeader is the size of the checksum and the length.
	slotHeader = 6
	// maxSlots bounds how much of a file is read.
	maxSlots = 4 << 20
)

func (f *slotFile) header() string {
	line := fmt.Sprintf("%s %d", f.kind, f.size)
	return line + strings.Repeat(" ", headerSize-1-len(line)) + "\n"
}

// capacity is the size of the largest payload.
func (f *slotFile) capacity() int { return f.size - slotHeader }

// errUnusable means that the content of a file cannot be understood.
type errUnusable struct{ error }

// A contents is the content of a slot file.
type contents struct {
	rooms   int // all rooms above have never been used
	damaged int // slots that are ignored
}

// read calls use for each slot with a payload. Use must not keep the payload. A
// file that does not exist has no slots.
func (f *slotFile) read(root *os.Root, use func(room, column int, payload []byte)) (c contents, err error) {
	file, err := openRegular(root, f.name)
	if errors.Is(err, fs.ErrNotExist) {
		return c, nil
	}
	if errors.Is(err, errNotRegular) {
		return c, errUnusable{err}
	}
	if err != nil {
		return c, err
	}
	defer file.Close()
	in := bufio.NewReaderSize(file, 1<<16)
	header := make([]byte, headerSize)
	if read, err := io.ReadFull(in, header); err != nil && read == 0 {
		return c, nil // As it is created.
	}
	if string(header) != f.header() {
		return c, errUnusable{cmp.Or(recognize(string(header), f.kind+" "), errors.New("has slots of another size"))}
	}
	slot := make([]byte, f.size)
	for i := range maxSlots {
		read, err := io.ReadFull(in, slot)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
			return c, err
		}
		clear(slot[read:]) // The last slot ends with its payload.
		payload, ok := unpack(slot)
		if ok && len(payload) == 0 {
			continue
		}
		room, column := f.place(i)
		c.rooms = max(c.rooms, room+1)
		if !ok {
			c.damaged++
			continue
		}
		use(room, column, payload)
	}
	return c, nil
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

// write puts a payload into a slot. An empty payload frees the slot.
func (f *slotFile) write(room, column int, payload []byte) error {
	slot := make([]byte, slotHeader, slotHeader+len(payload))
	if len(payload) > 0 {
		binary.LittleEndian.PutUint16(slot[4:], uint16(len(payload))) //nolint:gosec // Not longer than a slot.
		slot = append(slot, payload...)
		binary.LittleEndian.PutUint32(slot, crc32.Checksum(slot[4:], castagnoli()))
	}
	_, err := f.file.WriteAt(slot, f.offset(room, column))
	return err
}

// readSlots reads a file, and puts it aside if it is not usable. Damaged slots are
// ignored. The error is for the report.
func (s *Store) readSlots(f *slotFile, use func(room, column int, payload []byte)) (rooms int, err error) {
	c, err := f.read(s.root, use)
	if _, is := errors.AsType[errUnusable](err); is {
		return 0, s.putAside(f.name, err)
	}
	if err != nil {
		return c.rooms, fault(f.name, err)
	}
	if c.damaged > 0 {
		return c.rooms, damagedSlots(f.name, c.damaged)
	}
	return c.rooms, nil
}

// writeSlot writes a slot. It costs its whole size of the budget of the present
// save, because the kernel writes whole pages.
func (s *Store) writeSlot(f *slotFile, room, column int, payload []byte) error {
	s.budget -= f.size
	return f.write(room, column, payload)
}
