package instance

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
	"github.com/healthcheck-exporter/healthcheck_exporter/httpapi"
)

// named is a check and a configuration in which everything has one name.
func named(c *collector.Collector, name string, epoch uint64) *configuration {
	return &configuration{epoch: epoch, health: reports{all: httpapi.Healthcheck(c, httpapi.Options{Sections: []httpapi.Section{{Name: "version", Value: name}}})}}
}

func check(name string) checks.Check {
	return checks.Check{Name: name, Func: func(context.Context) (string, error) { return name, nil }}
}

// halfSwapped has a swap from old to new that has committed the checks but not
// yet the handlers, until release is closed.
func halfSwapped(t *testing.T) (c *current, release chan struct{}) {
	t.Helper()
	engine, err := collector.New(collector.Options{}, check("old"))
	if err != nil {
		t.Fatal(err)
	}
	c, release = &current{}, make(chan struct{})
	c.swap(named(engine, "old", firstEpoch), func() {})
	change, err := engine.Prepare(t.Context(), []checks.Check{check("new")}, collector.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	committed := make(chan struct{})
	go c.swap(named(engine, "new", change.Epoch()), func() {
		change.Commit()
		close(committed)
		<-release
	})
	<-committed
	return c, release
}

// wantAfter fails if f returns before release is closed, and waits for it.
func wantAfter(t *testing.T, release chan struct{}, f func()) {
	t.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		f()
	}()
	select {
	case <-done:
		t.Error("not held up by the swap under way")
	case <-time.After(50 * time.Millisecond):
	}
	close(release)
	<-done
}

func TestAnAnswerDuringASwapIsOfTheNewConfiguration(t *testing.T) {
	c, release := halfSwapped(t)
	w := httptest.NewRecorder()
	wantAfter(t, release, func() {
		c.serveEpoch(w, httptest.NewRequest(http.MethodGet, "/healthcheck", nil), func(v *configuration) *httpapi.Handler { return v.health.all })
	})
	if body := w.Body.String(); !strings.Contains(body, `"checker": "new"`) || !strings.Contains(body, `"version": "new"`) {
		t.Errorf("%s, want everything to be new", body)
	}
}

// The view of the old configuration names a check that the new one does not have.
func TestAViewDuringASwapIsOfTheNewConfiguration(t *testing.T) {
	engine, err := collector.New(collector.Options{}, check("old"))
	if err != nil {
		t.Fatal(err)
	}
	viewed := func(name string, epoch uint64) *configuration {
		view := httpapi.Healthcheck(engine, httpapi.Options{Filter: collector.Filter{Names: []string{name}}})
		return &configuration{epoch: epoch, health: reports{views: map[string]*httpapi.Handler{"view": view}}}
	}
	i := &Instance{collector: engine}
	i.current.swap(viewed("old", firstEpoch), func() {})
	change, err := engine.Prepare(t.Context(), []checks.Check{check("new")}, collector.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	committed, release := make(chan struct{}), make(chan struct{})
	go i.current.swap(viewed("new", change.Epoch()), func() {
		change.Commit()
		close(committed)
		<-release
	})
	<-committed
	w := httptest.NewRecorder()
	var rep collector.Report
	wantAfter(t, release, func() {
		i.current.serveEpoch(w, httptest.NewRequest(http.MethodGet, "/", nil), func(c *configuration) *httpapi.Handler { return c.health.views["view"] })
		rep, err = i.Agent("view").Report(t.Context(), collector.Filter{})
	})
	if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), `"checker": "new"`) {
		t.Errorf("%d %s, want the new check", w.Code, w.Body)
	}
	if err != nil || len(rep.Results) != 1 || rep.Results[0].Check != "new" {
		t.Errorf("%+v, %v, want the new check", rep.Results, err)
	}
}

func TestWhatIsReadConsistentlyIsOfOneConfiguration(t *testing.T) {
	c, release := halfSwapped(t)
	var seen []uint64
	wantAfter(t, release, func() { c.consistently(func(v *configuration) { seen = append(seen, v.epoch) }) })
	if len(seen) != 1 || seen[0] != firstEpoch+1 {
		t.Errorf("read of epochs %d, want %d once", seen, firstEpoch+1)
	}
}

func TestAReaderIsRepeatedAfterASwapAndInTheEndMakesItWait(t *testing.T) {
	var c current
	c.swap(&configuration{epoch: 1}, func() {})
	calls, swapped := 0, make(chan struct{})
	c.consistently(func(v *configuration) {
		calls++
		if calls > 3 {
			go func() {
				c.swap(&configuration{epoch: 10}, func() {})
				close(swapped)
			}()
			select {
			case <-swapped:
				t.Error("swapped under the last attempt")
			default:
			}
			return
		}
		c.swap(&configuration{epoch: v.epoch + 1}, func() {})
	})
	if calls != 4 {
		t.Fatalf("called %d times, want 4: three that a swap came into, and one that it waited for", calls)
	}
	<-swapped
}

// What a reader has seen while a swap began may be of both configurations.
func TestAReaderIsRepeatedAfterASwapThatHasOnlyBegun(t *testing.T) {
	var c current
	c.swap(&configuration{epoch: 1}, func() {})
	release := make(chan struct{})
	var seen []uint64
	c.consistently(func(v *configuration) {
		seen = append(seen, v.epoch)
		if len(seen) > 1 {
			return
		}
		begun := make(chan struct{})
		go c.swap(&configuration{epoch: 2}, func() {
			close(begun)
			<-release
		})
		<-begun
		time.AfterFunc(10*time.Millisecond, func() { close(release) })
	})
	if len(seen) != 2 || seen[1] != 2 {
		t.Errorf("read of epochs %d, want 1 and then 2", seen)
	}
}
