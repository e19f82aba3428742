package collector

// FirstResults returns the first results of the checks that are new or changed,
// in the order of the checks. They are final only after Commit: until then a
// check may get further results.
func (ch *Change) FirstResults() []*Result {
	var first []*Result
	ch.collector.act(func(*effects) {
		for _, e := range ch.next.entries {
			if p := e.line.result(); p != nil && !e.line.committed {
				first = append(first, &p.Result)
			}
		}
	})
	return first
}

// WouldFail returns the results of the checks that would fail the overall status
// after Commit, if no check fails it now; otherwise it returns nil. A check that
// is new or changed is judged by its first result, any other by the result that
// it has. Drains, and checks without a result, are ignored.
func (ch *Change) WouldFail() []*Result {
	c := ch.collector
	var failing []*Result
	c.act(func(fx *effects) {
		if c.tally.failed > 0 {
			return
		}
		done := make(map[*entry]bool, len(ch.next.entries))
		for _, e := range ch.next.entries {
			e.findMute(fx.now, done)
			p := e.line.result()
			if p != nil && p.State != StatePassed && !e.Optional && e.mute == nil {
				failing = append(failing, &p.Result)
			}
		}
	})
	return failing
}
