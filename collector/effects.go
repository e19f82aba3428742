package collector

// Effects are the consequences of a change of the engine's state. They are
// carried out after the lock is released.
type effects struct {
	now     instant // of the change
	changed bool    // readers see something new
	calls   []*run  // functions to be called
	tell    []*slot // slots with notices for listeners

	tellStatus bool

	gone []*line // while a set is installed: lines whose definition is gone

	woken []chan struct{} // to be closed when readers can see the change
}

// act changes the engine's state with f, under the lock, and then carries out
// the effects. One lock guards the state of all checks: code under the lock
// never calls foreign code, scrubs, logs or waits, so the lock is held for
// microseconds.
func (c *Collector) act(f func(fx *effects)) {
	fx := c.change(f)
	for _, r := range fx.calls {
		go c.perform(r)
	}
	for _, s := range fx.tell {
		go c.tell(s)
	}
	if fx.tellStatus {
		go c.tellStatus()
	}
	if fx.changed {
		c.noteChange()
	}
}

func (c *Collector) change(f func(fx *effects)) *effects {
	c.mu.Lock()
	defer c.mu.Unlock()
	fx := &effects{now: c.now()}
	f(fx)
	c.fill(fx)
	c.noteStatus(fx)
	if fx.changed {
		c.generation.Add(1)
	}
	for _, published := range fx.woken { // A reader woken earlier could take the old snapshot.
		close(published)
	}
	return fx
}
