package httpapi

import "github.com/healthcheck-exporter/healthcheck_exporter/collector"

// A textForm is for people: a line for each check and one for the whole.
//
//	[+] redis: redis ok
//	[-] search: connection refused (optional)
//	healthcheck: degraded
type textForm struct{ hide bool }

func (*textForm) open(dst []byte, _ collector.Report) []byte { return dst }

func (*textForm) separator() string { return "" }

func (f *textForm) result(dst []byte, r *collector.Result) []byte {
	mark := "[-] "
	if r.State == collector.StatePassed {
		mark = "[+] "
	}
	dst = append(append(dst, mark...), r.Check...)
	dst = append(dst, ": "...)
	if f.hide {
		dst = append(dst, r.State...)
	} else {
		dst = append(dst, r.Output...)
	}
	if r.Warning != "" && !f.hide {
		dst = append(append(append(dst, " (warning: "...), r.Warning...), ')')
	}
	if r.Optional && r.State != collector.StatePassed {
		dst = append(dst, " (optional)"...)
	}
	return append(dst, '\n')
}

func (*textForm) end(dst []byte, rep collector.Report) []byte {
	dst = append(append(dst, "healthcheck: "...), rep.Status...)
	if rep.Draining != "" {
		dst = append(append(append(dst, " (draining: "...), rep.Draining...), ')')
	}
	return append(dst, '\n')
}
