package main

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
)

func TestAPlotIsWellFormedAndNamesItsLines(t *testing.T) {
	svg := string(plot("title", "checks", []float64{10, 100}, []line{{"a run", []float64{1, 1.2}}, {"memory", []float64{1, 0.8}}}))
	for decoder := xml.NewDecoder(strings.NewReader(svg)); ; {
		if _, err := decoder.Token(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
	}
	for _, want := range []string{">a run<", ">memory<", ">title<", ">100<", ">1.0×<"} {
		if !strings.Contains(svg, want) {
			t.Errorf("the plot has no %q", want)
		}
	}
}
