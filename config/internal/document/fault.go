package document

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
)

const (
	// MaxFaults bounds how many faults are reported: a file that is something
	// else altogether has thousands.
	MaxFaults = 50
	// maxKept bounds how many are looked for; those reported are the first of
	// them in the order of lines.
	maxKept = 1000
)

// A fault is one thing that is wrong, with its line in the merged document.
type fault struct {
	line int
	text string
}

// faults collects what is wrong.
type faults struct{ list []fault }

func (fs *faults) full() bool { return len(fs.list) >= maxKept }

func (fs *faults) add(line int, text string) {
	if !fs.full() {
		fs.list = append(fs.list, fault{line, text})
	}
}

// Faults returns how many faults are known.
func (d *Document) Faults() int { return len(d.faults.list) }

// Fault reports a fault at a line of the merged document.
func (d *Document) Fault(line int, format string, a ...any) {
	d.faults.add(line, fmt.Sprintf(format, a...))
}

// FaultEverywhere reports a fault of all files together.
func (d *Document) FaultEverywhere(text string) { d.faults.add(everywhere, text) }

// Err joins the faults in the order of files and lines, each once. It returns
// nil if there are none.
func (d *Document) Err() error {
	list := slices.Clone(d.faults.list)
	slices.SortStableFunc(list, func(a, b fault) int { return cmp.Compare(a.line, b.line) })
	list = slices.Compact(list)
	more := ""
	if d.Full() {
		more = "at least "
	}
	errs := make([]error, 0, min(len(list), MaxFaults)+1)
	for i, f := range list {
		if i == MaxFaults {
			errs = append(errs, fmt.Errorf("%s: and %s%d more faults", d.Place(f.line).File, more, len(list)-MaxFaults))
			break
		}
		errs = append(errs, fmt.Errorf("%s: %s", d.Place(f.line), f.text))
	}
	return errors.Join(errs...)
}
