package config

import (
	"strings"

	"github.com/healthcheck-exporter/healthcheck_exporter/config/internal/document"
)

// A Diff says how two configurations differ. It has names and keys but no values,
// because values may be secrets.
type Diff struct {
	// Added and Removed are names of checks.
	Added, Removed []string
	// Changed are the checks of both whose settings differ.
	Changed []CheckDiff
	// Settings are the keys outside checks that differ, such as global.timeout.
	Settings []string
}

// A CheckDiff says how the two definitions of a check differ.
type CheckDiff struct {
	Name string
	// Keys are the keys of the check that are written differently, such as timeout
	// and redis.address. A key of global belongs to Diff.Settings.
	Keys []string
	// Definition reports whether the type or a setting of it differs, so that the
	// check starts anew. If no key of the type differs, a variable or the content
	// of a secret file does.
	Definition bool
}

// Empty reports whether nothing differs.
func (d Diff) Empty() bool {
	return len(d.Added)+len(d.Removed)+len(d.Changed)+len(d.Settings) == 0
}

// String returns a line for each change: "+ name", "- name", "~ name: keys" or
// "~ global.timeout".
func (d Diff) String() string {
	var b strings.Builder
	for _, name := range d.Added {
		b.WriteString("+ " + name + "\n")
	}
	for _, name := range d.Removed {
		b.WriteString("- " + name + "\n")
	}
	for _, c := range d.Changed {
		keys := strings.Join(c.Keys, ", ")
		if keys == "" {
			keys = "a variable or the content of a file"
		}
		b.WriteString("~ " + c.Name + ": " + keys + "\n")
	}
	for _, key := range d.Settings {
		b.WriteString("~ " + key + "\n")
	}
	return b.String()
}

// A definition is what a Config remembers of each check after its Checks have
// gone to a collector.
type definition struct{ name, fingerprint string }

// Diff returns what next changes, in the order of its file. It parses the
// sources of both again.
func (c *Config) Diff(next *Config) Diff {
	var d Diff
	before, after := c.raw(), next.raw()
	old, items := before.Get("checks").Items(), after.Get("checks").Items()
	gone := map[string]int{}
	for i, was := range c.definitions {
		gone[was.name] = i
	}
	for i, now := range next.definitions {
		at, known := gone[now.name]
		delete(gone, now.name)
		if !known {
			d.Added = append(d.Added, now.name)
			continue
		}
		change := CheckDiff{
			Name: now.name, Keys: document.Changes(old[at], items[i], "name"),
			Definition: c.definitions[at].fingerprint != now.fingerprint,
		}
		if len(change.Keys) > 0 || change.Definition {
			d.Changed = append(d.Changed, change)
		}
	}
	for _, was := range c.definitions {
		if _, removed := gone[was.name]; removed {
			d.Removed = append(d.Removed, was.name)
		}
	}
	d.Settings = document.Changes(before, after, "checks")
	return d
}
