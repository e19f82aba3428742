package state_test

import (
	"bytes"
	"os"
	"testing"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
)

// Whatever the files contain, the directory can be opened, used, and opened again.
func FuzzFiles(f *testing.F) {
	names := []string{"decisions.json", "results.slots", "history.slots", "fingerprint.key"}
	full := newDirectory(f)
	full.fill(new(subject).check("db"))
	for i, name := range names {
		content := full.read(name)
		f.Add(uint8(i), content)
		f.Add(uint8(i), content[:len(content)/2])
		f.Add(uint8(i), bytes.Replace(content, []byte("1"), []byte("2"), 1))
	}
	f.Fuzz(func(t *testing.T, which uint8, content []byte) {
		d := newDirectory(t)
		db := new(subject).check("db")
		if err := os.MkdirAll(d.path, 0o700); err != nil {
			t.Fatal(err)
		}
		name := names[int(which)%len(names)]
		if err := os.WriteFile(d.file(name), content, 0o600); err != nil {
			t.Fatal(err)
		}
		store := d.open()
		c := newCollector(t, store.Restore([]checks.Check{db}), db)
		run(t, c)
		keep(t, store, c)
		if !store.Usable() {
			t.Error("the directory is not usable")
		}
		store.Close()
		d.reports = nil
		if saved := d.open().Restore([]checks.Check{db}); len(saved.Results) != 1 || len(saved.Transitions["db"]) == 0 {
			t.Errorf("%d results, history %v", len(saved.Results), saved.Transitions)
		}
	})
}
