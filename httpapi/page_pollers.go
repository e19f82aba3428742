package httpapi

import (
	"cmp"
	"net/http"
	"strings"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/internal/clip"
)

// A pagePoller is a program that asks, as the page shows it.
type pagePoller struct {
	Agent, From, Handler string
	Asked                *pageMoment
	Answer               string
}

// asking returns the programs that ask.
func (p *pages) asking(now time.Time) (all []pagePoller) {
	if p.o.Pollers == nil {
		return nil
	}
	for _, poller := range p.o.Pollers() {
		agent := clip.Line(strings.ToValidUTF8(p.o.Scrubber.Text(poller.Agent), "?"))
		if agent == "" {
			agent = "without a name"
		}
		answer := strings.TrimSpace(number(poller.Code) + " " + http.StatusText(poller.Code))
		if poller.Code == 0 {
			answer = cmp.Or(clip.Short(clip.Line(poller.Line), maxShortOutput), "an empty line")
		}
		all = append(all, pagePoller{
			Agent: clip.Short(agent, maxShortOutput), From: poller.From, Handler: poller.Handler, Asked: moment(poller.Asked, now),
			Answer: answer,
		})
	}
	return all
}
