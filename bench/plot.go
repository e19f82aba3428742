package main

import (
	"bytes"
	"fmt"
	"math"
)

// A line of a plot.
type line struct {
	name   string
	values []float64 // one for each place on the x axis
}

// The measures of a plot, in pixels.
const (
	plotWidth, plotHeight        = 640, 360
	left, right, top, bottomEdge = 56, 190, 40, 48
)

var colours = []string{"#1b6ca8", "#c8553d", "#3c8d53", "#7b5ea7"}

// plot draws lines over a logarithmic x axis as SVG.
func plot(title, xName string, x []float64, lines []line) []byte {
	highest := 1.3
	for _, l := range lines {
		for _, v := range l.values {
			highest = max(highest, v)
		}
	}
	highest = math.Ceil(highest*2) / 2
	across := func(v float64) float64 {
		return left + (plotWidth-left-right)*math.Log(v/x[0])/math.Log(x[len(x)-1]/x[0])
	}
	up := func(v float64) float64 {
		return plotHeight - bottomEdge - (plotHeight-top-bottomEdge)*v/highest
	}
	var s bytes.Buffer
	fmt.Fprintf(&s, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="sans-serif" font-size="12">`+"\n", plotWidth, plotHeight)
	fmt.Fprintf(&s, `<rect width="%d" height="%d" fill="white"/>`+"\n", plotWidth, plotHeight)
	fmt.Fprintf(&s, `<text x="%d" y="22" font-size="14">%s</text>`+"\n", left, title)
	for v := 0.0; v <= highest; v += 0.5 {
		fmt.Fprintf(&s, `<path d="M%d %.1fH%d" stroke="#ddd"/><text x="%d" y="%.1f" text-anchor="end">%.1f×</text>`+"\n",
			left, up(v), plotWidth-right, left-8, up(v)+4, v)
	}
	for _, v := range x {
		fmt.Fprintf(&s, `<text x="%.1f" y="%d" text-anchor="middle">%.0f</text>`+"\n", across(v), plotHeight-bottomEdge+18, v)
	}
	fmt.Fprintf(&s, `<text x="%.1f" y="%d" text-anchor="middle">%s</text>`+"\n", (across(x[0])+across(x[len(x)-1]))/2, plotHeight-12, xName)
	for i, l := range lines {
		s.WriteString(`<polyline fill="none" stroke-width="2" stroke="` + colours[i%len(colours)] + `" points="`)
		for j, v := range l.values {
			fmt.Fprintf(&s, "%.1f,%.1f ", across(x[j]), up(v))
		}
		s.WriteString("\"/>\n")
		fmt.Fprintf(&s, `<text x="%d" y="%d" fill="%s">%s</text>`+"\n", plotWidth-right+14, top+20*(i+1), colours[i%len(colours)], l.name)
	}
	s.WriteString("</svg>\n")
	return s.Bytes()
}
