package server

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/go-kit/log/level"

	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/clip"
)

// errStopping is the reason of the drain before the process ends, and the error
// of actions that are no longer possible then.
var errStopping = errors.New("shutting down")

// drain takes the service out by an operator's decision. It is independent of the
// drain before the process ends: that drain does not replace the operator's, and
// undrain does not end it.
func (d *daemon) drain(r *http.Request) (string, error) {
	lasts, err := durationOf(r, "for")
	if err != nil {
		return "", err
	}
	next := &collector.Drain{Reason: cmp.Or(cleanReason(r.FormValue("reason")), "drained by POST /-/drain"), By: d.actor(r)}
	if lasts > 0 {
		next.Until = time.Now().Add(lasts)
	}
	if err := d.instance.Collector().SetDrain(next); err != nil {
		return "", err
	}
	d.events.add("drained by " + next.By + ": " + next.Reason)
	keyvals := []any{"msg", "drained", "reason", next.Reason, "by", next.By}
	if lasts == 0 {
		level.Info(d.Logging.Logger).Log(keyvals...)
		return d.lasting("drained"), nil
	}
	level.Info(d.Logging.Logger).Log(append(keyvals, "for", lasts)...)
	return d.lasting("drained for " + clip.Duration(lasts)), nil
}

// undrain ends the operator's drain, also while the process is about to end: the
// next one must not start with it.
func (d *daemon) undrain(r *http.Request) (string, error) {
	c, done := d.instance.Collector(), "undrained"
	if d.stopping.Load() {
		if c.State().Drain == nil {
			return "", errStopping
		}
		done += ", after the restart: " + errStopping.Error()
	}
	if err := c.SetDrain(nil); err != nil {
		return "", err
	}
	d.events.add("undrained by " + d.actor(r))
	level.Info(d.Logging.Logger).Log("msg", "undrained", "by", d.actor(r))
	return d.undone(done), nil
}

// mute excludes a check's failure from the overall state for a limited time.
func (d *daemon) mute(r *http.Request) (string, error) {
	name := r.FormValue("check")
	lasts, err := durationOf(r, "for")
	switch {
	case err != nil:
		return "", err
	case lasts == 0:
		return "", badRequest{errors.New("for: missing, want a duration such as 2h, after which the mute ends")}
	}
	dependents, _ := strconv.ParseBool(r.FormValue("dependents")) // Anything else means no.
	m := collector.Mute{Reason: cleanReason(r.FormValue("reason")), Until: time.Now().Add(lasts), By: d.actor(r), Dependents: dependents}
	if m.Reason == "" {
		return "", badRequest{errors.New("reason: missing; every answer shows it")}
	}
	if err := d.instance.Collector().Mute(name, m); err != nil {
		return "", unknownIsBad(err)
	}
	level.Info(d.Logging.Logger).Log("msg", "check muted", "check", name, "reason", m.Reason, "for", lasts, "dependents", dependents, "by", m.By)
	return d.lasting(fmt.Sprintf("muted %s for %s", name, clip.Duration(lasts))), nil
}

func (d *daemon) unmute(r *http.Request) (string, error) {
	name := r.FormValue("check")
	if err := d.instance.Collector().Unmute(name); err != nil {
		return "", unknownIsBad(err)
	}
	level.Info(d.Logging.Logger).Log("msg", "check unmuted", "check", name, "by", d.actor(r))
	return d.undone("unmuted " + name), nil
}

// unknownIsBad turns an error about an unknown check into a badRequest.
func unknownIsBad(err error) error {
	if errors.Is(err, collector.ErrUnknownCheck) {
		return badRequest{err}
	}
	return err
}

// maxReason is the length of the longest reason, in bytes.
const maxReason = 200

// cleanReason shortens the reason in a request to one line, with control
// characters spelled out. The collector masks secrets.
func cleanReason(reason string) string {
	return clip.Visible(clip.Short(strings.Join(strings.Fields(strings.ToValidUTF8(reason, "?")), " "), maxReason))
}
