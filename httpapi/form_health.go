package httpapi

import (
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
)

// A healthForm is application/health+json of draft-inadarei-api-health-check-06.
// A check is a component whose measurement "responseTime" is the duration of its
// run. "values", which the draft does not define, has the values that the check
// observed.
type healthForm struct {
	hide               bool
	serviceID, version string
}

func (f *healthForm) open(dst []byte, rep collector.Report) []byte {
	status := "pass"
	switch rep.Status {
	case collector.StatusDegraded:
		status = "warn"
	case collector.StatusFailed:
		status = "fail"
	}
	dst = appendString(append(dst, `{"status": `...), status)
	if f.version != "" {
		dst = appendString(append(dst, `, "version": `...), f.version)
	}
	if f.serviceID != "" {
		dst = appendString(append(dst, `, "serviceId": `...), f.serviceID)
	}
	if rep.Draining != "" {
		dst = appendString(append(dst, `, "output": `...), "draining: "+rep.Draining)
	}
	return append(dst, `, "checks": {`...)
}

func (*healthForm) separator() string { return ", " }

func (f *healthForm) result(dst []byte, r *collector.Result) []byte {
	status, output := "pass", ""
	switch {
	case r.State != collector.StatePassed:
		status, output = "fail", r.Output
	case r.Warning != "":
		status, output = "warn", r.Warning
	}
	dst = appendString(dst, r.Check+":responseTime")
	dst = append(dst, `: [{`...)
	if component := componentType(r.Type); component != "" {
		dst = append(appendString(append(dst, `"componentType": `...), component), ", "...)
	}
	dst = appendFloat(append(dst, `"observedValue": `...), microseconds(r.Duration))
	dst = appendString(append(dst, `, "observedUnit": "s", "status": `...), status)
	dst = append(dst, `, "time": "`...)
	dst = append(r.Time.UTC().AppendFormat(dst, time.RFC3339Nano), '"')
	if output != "" && !f.hide {
		dst = appendString(append(dst, `, "output": `...), output)
	}
	if len(r.Values) > 0 && !f.hide {
		dst = appendValues(append(dst, `, "values": `...), r.Values)
	}
	if r.Runbook != "" && status != "pass" && !f.hide {
		dst = append(appendString(append(dst, `, "links": {"runbook": `...), r.Runbook), '}')
	}
	return append(dst, "}]"...)
}

// componentType returns the draft's word for what a check of a type looks at;
// empty for a function and a program, which may look at anything.
func componentType(checkType string) string {
	switch checkType {
	case "", "func", "exec":
		return ""
	case "disk", "load", "memory":
		return "system"
	case "mysql", "postgres", "redis":
		return "datastore"
	}
	return "component"
}

func (*healthForm) end(dst []byte, _ collector.Report) []byte { return append(dst, "}}"...) }
