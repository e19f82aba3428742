package collector

import (
	"encoding/binary"
	"fmt"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
)

// A selection is the checks that one filter selects, with the newest snapshot
// of their results.
type selection struct {
	set      *set
	entries  []*entry
	newest   atomic.Pointer[snapshot]
	building sync.Mutex
}

// maxSelections bounds how many filters are remembered: they come from outside.
const maxSelections = 128

// selection returns what f selects. A name or tag that nothing has is an error.
// It takes no lock for a filter that is remembered.
func (s *set) selection(f Filter) (*selection, error) {
	if len(f.Names) == 0 && len(f.Exclude) == 0 && len(f.Tags) == 0 {
		return s.all, nil
	}
	var room [128]byte
	key := f.appendKey(room[:0])
	if known := s.selections.Load(); known != nil {
		if sel := (*known)[string(key)]; sel != nil {
			return sel, nil
		}
	}
	if err := s.knows(f); err != nil {
		return nil, err
	}
	sel := &selection{set: s}
	wanted := f.sets()
	for _, e := range s.entries {
		if wanted.selects(e) {
			sel.entries = append(sel.entries, e)
		}
	}
	if len(sel.entries) == 0 {
		return nil, fmt.Errorf("%w: the selection leaves none", ErrUnknownCheck)
	}
	return s.remember(string(key), sel), nil
}

// remember keeps sel for later readers with the same filter, or returns the
// selection that another reader has kept meanwhile. Readers use the map without
// a lock, so remember makes a new map every time.
func (s *set) remember(key string, sel *selection) *selection {
	s.mu.Lock()
	defer s.mu.Unlock()
	known := map[string]*selection{key: sel}
	if before := s.selections.Load(); before != nil {
		if first := (*before)[key]; first != nil {
			return first
		}
		if len(*before) < maxSelections {
			maps.Copy(known, *before)
		}
	}
	s.selections.Store(&known)
	return sel
}

// appendKey appends a key that only equal filters share. Names come from
// outside and can contain anything, so each is preceded by its length.
func (f Filter) appendKey(dst []byte) []byte {
	for _, list := range [...][]string{f.Names, f.Exclude, f.Tags} {
		dst = binary.AppendUvarint(dst, uint64(len(list)))
		for _, s := range list {
			dst = append(binary.AppendUvarint(dst, uint64(len(s))), s...)
		}
	}
	return dst
}

// knows returns an error for a name or a tag that no check has.
func (s *set) knows(f Filter) error {
	for _, name := range slices.Concat(f.Names, f.Exclude) {
		if s.byName[name] == nil {
			return fmt.Errorf("%w %q", ErrUnknownCheck, name)
		}
	}
	for _, tag := range f.Tags {
		if !s.tags[tag] {
			return fmt.Errorf("%w: no check has the tag %q", ErrUnknownCheck, tag)
		}
	}
	return nil
}

// filterSets is a Filter whose lists are sets: they may be long.
type filterSets struct{ names, exclude, tags map[string]bool }

func (f Filter) sets() filterSets {
	set := func(list []string) map[string]bool {
		m := make(map[string]bool, len(list))
		for _, s := range list {
			m[s] = true
		}
		return m
	}
	return filterSets{set(f.Names), set(f.Exclude), set(f.Tags)}
}

func (f filterSets) selects(e *entry) bool {
	return (len(f.names) == 0 || f.names[e.Name]) && !f.exclude[e.Name] &&
		(len(f.tags) == 0 || slices.ContainsFunc(e.Tags, func(tag string) bool { return f.tags[tag] }))
}
