package state_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"maps"
	"math"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/state"
)

// fill gives a directory a drain, a result and a history of the check db.
func (d *directory) fill(db checks.Check) {
	d.t.Helper()
	store := d.open()
	c := newCollector(d.t, nil, db)
	run(d.t, c)
	if err := c.SetDrain(&collector.Drain{Reason: "deploy"}); err != nil {
		d.t.Fatal(err)
	}
	keep(d.t, store, c)
	store.Close()
	d.wantReports(0)
}

// A damaged file costs one report and what was in it. Everything else comes back,
// and the directory is as good as new.
func TestADamagedFileCostsAReportAndNothingElse(t *testing.T) {
	type damage struct {
		name   string
		do     func(content []byte) []byte
		aside  bool // the file is renamed
		silent bool // there is nothing to report
	}
	text := func(s string) func([]byte) []byte { return func([]byte) []byte { return []byte(s) } }
	foreign := damage{"foreign", text(strings.Repeat("[Unit]\nDescription=x\n", 500)), true, false}
	newer := damage{"of a newer version", func(b []byte) []byte { return bytes.Replace(b, []byte(" 1 "), []byte(" 2 "), 1) }, true, false}
	half := func(b []byte) []byte { return b[:len(b)/2] }
	flipped := func(b []byte) []byte {
		b[len(b)-20] ^= 1
		return b
	}
	for file, damages := range map[string][]damage{
		"decisions.json": {foreign, newer, {"truncated", half, true, false}, {"empty", text(""), true, false}, {"flipped", flipped, true, false},
			{"of another kind", text("healthcheck_exporter results 1 512\n"), true, false}},
		"results.slots": {foreign, newer, {"truncated in a record", half, false, false}, {"empty", text(""), false, true}, {"flipped", flipped, false, false},
			{"without a checksum", func(b []byte) []byte { return append(append(b[:64:64], 0, 0, 0, 0), b[68:]...) }, false, false},
			{"without a length", func(b []byte) []byte { return append(append(b[:68:68], 0, 0), b[70:]...) }, false, false},
			{"longer than its slot", func(b []byte) []byte { return append(append(b[:68:68], 0xfb, 0x01), b[70:]...) }, false, false}, // 507 bytes and 6
			{"truncated in its header", func(b []byte) []byte { return b[:10] }, true, false},
			{"with slots of another size", func(b []byte) []byte { return bytes.Replace(b, []byte(" 512"), []byte(" 500"), 1) }, true, false}},
		"history.slots": {foreign, newer, {"truncated in a record", func(b []byte) []byte { return b[:64+64*304+20] }, false, false},
			{"empty", text(""), false, true}, {"flipped in a record", func(b []byte) []byte { b[64+64*304+20] ^= 1; return b }, false, false},
			{"flipped in a name", func(b []byte) []byte { b[64+6] ^= 1; return b }, false, false}},
		"fingerprint.key": {foreign, {"truncated", half, true, false}, {"empty", text(""), true, false}, {"flipped", func(b []byte) []byte { b[3] = 'x'; return b }, true, false}},
	} {
		for _, damage := range damages {
			t.Run(file+" "+damage.name, func(t *testing.T) {
				d := newDirectory(t)
				db := new(subject).check("db")
				d.fill(db)
				if err := os.WriteFile(d.file(file), damage.do(d.read(file)), 0o600); err != nil {
					t.Fatal(err)
				}
				d.wantRestoredBut(db, file, damage.silent)
				if aside := strings.HasSuffix(d.said, "; it is now "+file+".old"); aside != damage.aside {
					t.Errorf("the report %q says where the file is: %v, want %v", d.said, aside, damage.aside)
				}
				if _, err := os.Stat(d.file(file + ".old")); (err == nil) != damage.aside {
					t.Errorf("put aside: %v, want %v", err == nil, damage.aside)
				}
				d.wantGoodAsNew(db)
			})
		}
	}
}

// wantRestoredBut opens the directory and expects one report, and all but what
// was in that file.
func (d *directory) wantRestoredBut(db checks.Check, file string, silent bool) {
	d.t.Helper()
	store := d.open()
	saved := store.Restore([]checks.Check{db})
	if got, want := saved.Drain != nil, file != "decisions.json"; got != want {
		d.t.Errorf("drained: %v, want %v", got, want)
	}
	if got, want := len(saved.Results) == 1, file != "results.slots" && file != "fingerprint.key"; got != want {
		d.t.Errorf("with the result: %v, want %v", got, want)
	}
	if got, want := len(saved.Transitions) == 1, file != "history.slots"; got != want {
		d.t.Errorf("with the history: %v, want %v", got, want)
	}
	d.said = fmt.Sprint(errors.Join(d.reports...))
	for _, err := range d.reports {
		if !strings.HasPrefix(err.Error(), "state directory "+d.path+": "+file+": ") {
			d.t.Errorf("the report %q does not name %s", err, file)
		}
	}
	if silent {
		d.wantReports(0)
	} else {
		d.wantReports(1)
	}
	c := newCollector(d.t, saved, db)
	run(d.t, c)
	if err := c.SetDrain(&collector.Drain{Reason: "again"}); err != nil {
		d.t.Fatal(err)
	}
	keep(d.t, store, c)
	if !store.Usable() {
		d.t.Error("the directory is not usable")
	}
	store.Close()
}

// wantGoodAsNew expects that everything comes back.
func (d *directory) wantGoodAsNew(db checks.Check) {
	d.t.Helper()
	saved := d.open().Restore([]checks.Check{db})
	if saved.Drain == nil || saved.Drain.Reason != "again" || len(saved.Results) != 1 || len(saved.Transitions["db"]) != 1 {
		d.t.Errorf("drain %v, %d results, history %v", saved.Drain, len(saved.Results), saved.Transitions)
	}
	d.wantReports(0)
}

func TestADirectoryInPlaceOfAFileIsPutAside(t *testing.T) {
	for _, file := range []string{"decisions.json", "results.slots", "history.slots", "fingerprint.key"} {
		d := newDirectory(t)
		db := new(subject).check("db")
		d.fill(db)
		if err := os.Remove(d.file(file)); err != nil {
			t.Fatal(err)
		}
		if err := os.MkdirAll(d.file(file)+"/inside", 0o700); err != nil {
			t.Fatal(err)
		}
		d.wantRestoredBut(db, file, false)
		d.wantGoodAsNew(db)
		if info, err := os.Stat(d.file(file + ".old/inside")); err != nil || !info.IsDir() {
			t.Errorf("%s: %v", file, err)
		}
	}
}

func TestALinkOutOfTheDirectoryIsNotFollowed(t *testing.T) {
	d := newDirectory(t)
	db := new(subject).check("db")
	d.fill(db)
	victim := d.path + "-victim"
	if err := os.WriteFile(victim, []byte("precious"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{"decisions.json", "results.slots", "history.slots"} {
		if err := os.Remove(d.file(file)); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(victim, d.file(file)); err != nil {
			t.Fatal(err)
		}
	}
	store := d.open()
	c := newCollector(t, store.Restore([]checks.Check{db}), db)
	run(t, c)
	keep(t, store, c)
	d.wantReports(3)
	if content, err := os.ReadFile(victim); err != nil || string(content) != "precious" {
		t.Errorf("the file outside has %q, %v", content, err)
	}
}

func TestADirectoryThatCannotBeUsedCostsAReport(t *testing.T) {
	file := t.TempDir() + "/file"
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{file, file + "/below", "/dev/null/state", "/proc/state"} {
		d := newDirectory(t)
		d.path = path
		store := d.open()
		c := newCollector(t, store.Restore(nil))
		keep(t, store, c)
		if err := store.SaveDecisions(c); err == nil || store.Usable() {
			t.Errorf("%s: error %v, usable %v", path, err, store.Usable())
		}
		d.wantReports(1)
	}
}

func TestAFileThatCannotBeReplacedIsNamedOnce(t *testing.T) {
	d := newDirectory(t)
	store := d.open()
	c := newCollector(t, nil)
	if err := os.MkdirAll(d.file("decisions.json")+"/inside", 0o700); err != nil {
		t.Fatal(err)
	}
	err := store.SaveDecisions(c)
	if want := "state directory " + d.path + ": decisions.json: file exists"; err == nil || err.Error() != want {
		t.Errorf("SaveDecisions() = %v, want %s", err, want)
	}
	if _, err := os.Stat(d.file("decisions.json.new")); !os.IsNotExist(err) {
		t.Errorf("the temporary file: %v, want none", err)
	}
	d.wantReports(1)
	if err := os.RemoveAll(d.file("decisions.json")); err != nil {
		t.Fatal(err)
	}
	if err := store.SaveDecisions(c); err != nil || !store.Usable() {
		t.Errorf("SaveDecisions() = %v, usable %v after the trouble is over", err, store.Usable())
	}
	d.wantReports(1)
}

// Whatever could not be written waits, and is written when the disk works again.
func TestNothingIsForgottenOnABrokenDisk(t *testing.T) {
	d := newDirectory(t)
	var s subject
	set := []checks.Check{s.check("db"), s.check("gone"), s.check("cache"), {Name: "long", Fingerprint: "1", Func: func(context.Context) (string, error) {
		return strings.Repeat("x", 1000), nil
	}}}
	for i := range set {
		set[i].SuccessTTL, set[i].FailedTTL = -1, -1
	}
	store := d.open()
	c := newCollector(t, store.Restore(set), set...)
	for _, fails := range []bool{false, true} { // At first there are no records, then there are.
		s.fails.Store(fails)
		run(t, c)
		if fails {
			if err := c.Remove("gone"); err != nil {
				t.Fatal(err)
			}
		}
		heal := store.FailWrites()
		for range 2 {
			if more := store.SaveWithin(c, 1<<20); !more || store.Usable() {
				t.Errorf("more %v, usable %v, want something to wait", more, store.Usable())
			}
		}
		d.wantReports(1)
		heal()
		if more := store.SaveWithin(c, 1<<20); more || !store.Usable() {
			t.Errorf("more %v, usable %v, want everything to be written", more, store.Usable())
		}
		d.wantReports(1)
	}
	store.Close()
	for i := range set {
		set[i].SuccessTTL, set[i].FailedTTL = 0, 0
	}
	saved := d.open().Restore(set)
	got := map[string]string{}
	for _, r := range saved.Results {
		got[r.Check] = fmt.Sprint(r.Output, " ", len(saved.Transitions[r.Check]))
	}
	if want := map[string]string{"db": "down 2", "cache": "down 2", "long": strings.Repeat("x", 1000) + " 1"}; !maps.Equal(got, want) || len(saved.Transitions) != 3 {
		t.Errorf("%v, want %v; transitions %v", got, want, saved.Transitions)
	}
	d.wantReports(0)
}

func TestNoDescriptorIsLeftOpen(t *testing.T) {
	d := newDirectory(t)
	db := new(subject).check("db")
	d.fill(db)
	d.wantDescriptors(0)
	history := d.read("history.slots")
	if err := os.WriteFile(d.file("history.slots"), []byte("foreign"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := state.ReadHistory(d.path); err == nil {
		t.Error("no error about a foreign file")
	}
	d.wantDescriptors(0)
	if err := os.WriteFile(d.file("history.slots"), history, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := state.ReadHistory(d.path); err != nil {
		t.Error(err)
	}
	d.wantDescriptors(0)
	store := d.open()
	c := newCollector(t, store.Restore([]checks.Check{db}), db)
	d.wantDescriptors(2) // The directory and the lock.
	for i := range 5 {
		if err := c.SetDrain(&collector.Drain{Reason: fmt.Sprint("deploy ", i)}); err != nil {
			t.Fatal(err)
		}
		if err := store.SaveDecisions(c); err != nil {
			t.Fatal(err)
		}
		d.wantDescriptors(2)
	}
	run(t, c)
	keep(t, store, c)
	store.Close()
	d.wantDescriptors(0)
}

// wantDescriptors compares the number of open files in the directory, itself
// included.
func (d *directory) wantDescriptors(want int) {
	d.t.Helper()
	const all = "/proc/self/fd"
	files, err := os.ReadDir(all)
	if err != nil { // Not on this system.
		return
	}
	var open []string
	for _, f := range files {
		if target, err := os.Readlink(all + "/" + f.Name()); err == nil && strings.HasPrefix(target, d.path) {
			open = append(open, target)
		}
	}
	if len(open) != want {
		d.t.Errorf("%d descriptors are open, want %d: %q", len(open), want, open)
	}
}

func TestFilesThatOthersMayReadBecomePrivate(t *testing.T) {
	d := newDirectory(t)
	db := new(subject).check("db")
	d.fill(db)
	for _, file := range []string{"decisions.json", "results.slots", "history.slots", "fingerprint.key"} {
		if err := os.Chmod(d.file(file), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	d.wantRestoredBut(db, "", true)
	for _, file := range []string{"decisions.json", "results.slots", "history.slots", "fingerprint.key"} {
		if info, err := os.Stat(d.file(file)); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: mode %v, %v", file, info.Mode(), err)
		}
	}
}

// Copies of the directory, taken at any moment, are what a killed process leaves.
func TestAProcessThatIsKilledLeavesNothingDamaged(t *testing.T) {
	d := newDirectory(t)
	var s subject
	var set []checks.Check
	for i := range 50 {
		check := s.check("check-" + strings.Repeat("x", i))
		check.SuccessTTL, check.FailedTTL = -1, -1
		set = append(set, check)
	}
	store := d.open()
	c := newCollector(t, store.Restore(set), set...)
	for i := range 20 {
		s.fails.Store(i%2 == 1)
		run(t, c)
		drain := &collector.Drain{Reason: "deploy", Until: time.Now().Add(time.Hour)}
		if err := c.SetDrain(drain); err != nil {
			t.Fatal(err)
		}
		if err := store.SaveDecisions(c); err != nil {
			t.Fatal(err)
		}
		saving := make(chan struct{})
		go func() {
			defer close(saving)
			keep(t, store, c)
		}()
		copied := newDirectory(t)
		if err := os.CopyFS(copied.path, os.DirFS(d.path)); err != nil {
			t.Fatal(err)
		}
		<-saving
		if saved := copied.open().Restore(set); saved.Drain == nil {
			t.Error("the drain is lost")
		}
		copied.wantReports(0)
	}
}

// The rest of a long record is written before its first slot: a process that is
// killed in between leaves the old record.
func TestALongRecordIsNeverHalfOldAndHalfNew(t *testing.T) {
	d := newDirectory(t)
	text := strings.Repeat(`"quoted" `, 200)
	var number int
	check := checks.Check{Name: "db", Fingerprint: "1", SuccessTTL: -1, Func: func(ctx context.Context) (string, error) {
		number++
		for i := range 16 {
			checks.Observe(ctx, fmt.Sprintf("a_value_with_a_long_name_%d", i), []float64{math.Inf(1), math.NaN(), 1.5}[i%3])
		}
		return fmt.Sprint(number, " ", text), checks.Warnf("careful %d", number)
	}}
	store := d.open()
	c := newCollector(t, store.Restore([]checks.Check{check}), check)
	want := func(number int) {
		t.Helper()
		store := d.open()
		defer store.Close()
		results := store.Restore([]checks.Check{check}).Results
		if len(results) != 1 || !strings.HasPrefix(results[0].Output, fmt.Sprint(number, ` "quoted" "quoted"`)) || len(results[0].Output) < 1000 {
			t.Fatalf("results %+v, want that of run %d", results, number)
		}
		if v := results[0].Values; len(v) != 16 || !math.IsInf(v[0].Value, 1) || !math.IsNaN(v[1].Value) || v[2].Value != 1.5 {
			t.Errorf("values %v", v)
		}
		if !strings.Contains(results[0].Warning, fmt.Sprint("careful ", number)) {
			t.Errorf("warning %q", results[0].Warning)
		}
	}
	var first []byte
	for i := range 4 {
		if _, err := c.Report(t.Context(), collector.Filter{}); err != nil {
			t.Fatal(err)
		}
		if err := c.Wait(t.Context()); err != nil {
			t.Fatal(err)
		}
		keep(t, store, c)
		store.Close()
		content := d.read("results.slots")
		if i > 0 {
			half := append(append(bytes.Clone(content[:64]), first...), content[64+512:]...)
			if err := os.WriteFile(d.file("results.slots"), half, 0o600); err != nil {
				t.Fatal(err)
			}
			want(number - 1)
			if err := os.WriteFile(d.file("results.slots"), content, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		first = bytes.Clone(content[64 : 64+512])
		want(number)
		store = d.open()
		store.Restore([]checks.Check{check})
	}
	d.wantReports(0)
}

// rewrite replaces a text in the one record of results.slots, and
// makes the checksum of its slot match.
func (d *directory) rewrite(old, with string) {
	d.t.Helper()
	content := d.read("results.slots")
	slot := content[64:]
	if len(old) != len(with) || !bytes.Contains(slot, []byte(old)) {
		d.t.Fatalf("%q cannot be %q in %q", old, with, slot)
	}
	copy(slot[bytes.Index(slot, []byte(old)):], with)
	end := 6 + binary.LittleEndian.Uint16(slot[4:])
	binary.LittleEndian.PutUint32(slot, crc32.Checksum(slot[4:end], crc32.MakeTable(crc32.Castagnoli)))
	if err := os.WriteFile(d.file("results.slots"), content, 0o600); err != nil {
		d.t.Fatal(err)
	}
}

// A reason becomes a label of a metric, so only those that this version has are
// restored.
func TestARecordWithAnUnknownWordIsNotRestored(t *testing.T) {
	for old, with := range map[string]string{`"reason":"refused"`: `"reason":"REFUSED"`, `"state":"failed"`: `"state":"FAILED"`} {
		d := newDirectory(t)
		db := new(subject)
		db.fails.Store(true)
		d.fill(db.check("db"))
		d.rewrite(old, with)
		if saved := d.open().Restore([]checks.Check{db.check("db")}); len(saved.Results) != 0 {
			t.Errorf("with %s: results %+v, want none", with, saved.Results)
		}
	}
}

func TestOfTwoRecordsOfACheckOneIsRestored(t *testing.T) {
	d := newDirectory(t)
	db := new(subject).check("db")
	d.fill(db)
	content := d.read("results.slots")
	twice := append(bytes.Clone(content[:64]), make([]byte, 2*512)...)
	copy(twice[64:64+512], content[64:])
	copy(twice[64+512:], twice[64:64+512])
	if err := os.WriteFile(d.file("results.slots"), twice, 0o600); err != nil {
		t.Fatal(err)
	}
	if saved := d.open().Restore([]checks.Check{db}); len(saved.Results) != 1 {
		t.Errorf("results %+v, want one", saved.Results)
	}
	d.wantReports(0)
}

// The room of a check that is gone is free at once, so a new check needs no other.
func TestTheRoomOfACheckThatIsGoneIsFreeAtOnce(t *testing.T) {
	d := newDirectory(t)
	d.fill(new(subject).check("db"))
	size := len(d.read("results.slots"))
	cache := new(subject).check("cache")
	store := d.open()
	c := newCollector(t, store.Restore([]checks.Check{cache}), cache)
	run(t, c)
	keep(t, store, c)
	store.Close()
	if after := len(d.read("results.slots")); after > size+64 {
		t.Errorf("results.slots has %d bytes, want no more room than before (%d)", after, size)
	}
	if saved := d.open().Restore([]checks.Check{cache}); len(saved.Results) != 1 {
		t.Errorf("results %+v, want that of cache", saved.Results)
	}
	d.wantReports(0)
}
