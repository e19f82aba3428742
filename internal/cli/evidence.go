package cli

// evidence returns what the last failed run of a check has recorded, one fact a
// line.
func (l *local) evidence(check string) []string {
	last, _ := l.collector.Evidence(check)
	return last.Lines()
}
