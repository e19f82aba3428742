package httpapi_test

import (
	"strings"
	"testing"

	"github.com/healthcheck-exporter/healthcheck_exporter/httpapi"
)

func TestThePageOfACheckShowsItsTypeAndItsLabelsInOrder(t *testing.T) {
	s, o := nineChecks(), sceneOptions()
	for _, r := range s.report.Results {
		if r.Check == "postgres" {
			r.Type = "postgres"
			r.Labels = map[string]string{"e": "5", "d": "4", "c": "3", "b": "2", "a": "1"}
		}
	}
	body := get(t, httpapi.CheckPage(s, "/checks", o), "/checks/postgres").body
	for _, want := range []string{"<dt>type</dt><dd>postgres</dd>", "a=1, b=2, c=3, d=4, e=5"} {
		if !strings.Contains(body, want) {
			t.Errorf("no %s in\n%s", want, body)
		}
	}
}
