package checktype

import (
	"errors"
	"fmt"
	"strings"
)

// A Fault is something wrong with one setting of a check type. Build returns
// Faults, so that an error about a configuration file can name the line of the
// key.
type Fault struct {
	// Key is the path of the setting's YAML key inside the type, such as
	// "address" or "tls.min_version". Empty means the type as a whole.
	Key string
	// Err says what is wrong. Its text does not repeat the key.
	Err error
}

// Error returns the key and what is wrong with it.
func (f Fault) Error() string {
	if f.Key == "" {
		return f.Err.Error()
	}
	return f.Key + ": " + f.Err.Error()
}

// Unwrap returns Err.
func (f Fault) Unwrap() error { return f.Err }

// Setting returns Key. Package config calls the method Setting of any error that
// has it, so that error types of other packages get their line too.
func (f Fault) Setting() string { return f.Key }

// Faults collects faults of settings. The zero value is empty and ready for use.
// Faults must not be used by several goroutines at once.
type Faults []error

// Add notes a fault of the setting with that key. The format is that of
// [fmt.Errorf].
func (f *Faults) Add(key, format string, a ...any) {
	*f = append(*f, Fault{Key: key, Err: fmt.Errorf(format, a...)})
}

// Check adds the fault if wrong is true.
func (f *Faults) Check(wrong bool, key, format string, a ...any) {
	if wrong {
		f.Add(key, format, a...)
	}
}

// Join adds err and, if err joins several errors, each of them. A nil error adds
// nothing.
func (f *Faults) Join(err error) {
	*f = append(*f, members(err)...)
}

// Under adds err as Join does, with the key of each fault below key: the fault
// "password" under "basic_auth" is one of "basic_auth.password", and a fault of
// the type as a whole is one of "basic_auth".
func (f *Faults) Under(key string, err error) {
	for _, e := range members(err) {
		below := Fault{Key: key, Err: e}
		if fault, ok := errors.AsType[Fault](e); ok {
			below = Fault{Key: strings.TrimSuffix(key+"."+fault.Key, "."), Err: fault.Err}
		}
		*f = append(*f, below)
	}
}

// Err returns all faults, joined in the order of their adding, or nil.
func (f *Faults) Err() error { return errors.Join(*f...) }

// members returns the errors that err joins, or err alone.
func members(err error) []error {
	if err == nil {
		return nil
	}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		return joined.Unwrap()
	}
	return []error{err}
}
