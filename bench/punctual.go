package main

import (
	"bufio"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
)

// punctuality says from what a target has seen how late runs are, and how evenly
// they are spread: the 99th percentile of lateness, in seconds, and the fullest
// second in comparison with the mean.
//
// A result is renewed at a random moment of the last tenth of its life. When that
// was for one run only its collector knows; but the ages of many results, in
// their order, are those of evenly spread moments, and what they have more is
// lateness.
func punctuality(asks map[string][]moment) (late, fullest float64) {
	var ages []float64
	seconds := map[int]float64{}
	first, end := math.Inf(1), 0.0
	for _, moments := range asks {
		for i, m := range moments {
			seconds[int(m.Came)]++
			first, end = min(first, m.Came), max(end, m.Came)
			if i > 0 {
				ages = append(ages, m.Came-moments[i-1].Answered)
			}
		}
	}
	slices.Sort(ages)
	life := interval.Seconds()
	var beyond []float64
	for i, age := range ages {
		due := life * (0.9 + 0.1*(float64(i)+0.5)/float64(len(ages)))
		beyond = append(beyond, age-due)
	}
	total := 0.0
	for second, n := range seconds {
		if float64(second) > first && float64(second+1) < end { // Whole ones.
			fullest = max(fullest, n)
			total += n
		}
	}
	return quantile(beyond, 0.99), fullest / (total / (math.Floor(end) - math.Ceil(first)))
}

// metricValue returns the value of a metric without labels, NaN if it is not
// there.
func metricValue(page io.Reader, name string) float64 {
	lines := bufio.NewScanner(page)
	for lines.Scan() {
		if value, is := strings.CutPrefix(lines.Text(), name+" "); is {
			v, err := strconv.ParseFloat(value, 64)
			if err == nil {
				return v
			}
		}
	}
	return math.NaN()
}
