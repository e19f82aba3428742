package faulttest

import (
	"bytes"
	"context"
	"fmt"
	"runtime/pprof"
	"strings"
	"time"
)

// A goroutine inherits the profiler's labels of the goroutine that started it. So
// the goroutines of one check can be distinguished from all others, including
// those of faults that run at the same time.
const goroutineLabel = "faulttest"

func labelled(ctx context.Context, id string, f func(context.Context)) {
	pprof.Do(ctx, pprof.Labels(goroutineLabel, id), f)
}

// goroutines returns the stacks of the goroutines with the label id.
func goroutines(id string) []string {
	var profile bytes.Buffer
	if err := pprof.Lookup("goroutine").WriteTo(&profile, 1); err != nil {
		return []string{fmt.Sprintf("no profile of the goroutines: %v", err)}
	}
	label := fmt.Sprintf("%q:%q", goroutineLabel, id)
	var stacks []string
	for stack := range strings.SplitSeq(profile.String(), "\n\n") {
		if strings.Contains(stack, label) {
			stacks = append(stacks, functions(stack))
		}
	}
	return stacks
}

// functions returns the functions of a stack of the profile on one line, the
// innermost first.
func functions(stack string) string {
	var names []string
	for line := range strings.Lines(stack) {
		fields := strings.Fields(line)
		if len(fields) > 2 && fields[0] == "#" && strings.HasPrefix(fields[1], "0x") {
			name, _, _ := strings.Cut(fields[2], "+0x")
			names = append(names, name)
		}
	}
	return strings.Join(names, " < ")
}

// settle waits until left returns nothing, and returns what is left at the
// deadline.
func settle[T any](deadline time.Time, left func() []T) []T {
	for {
		rest := left()
		if len(rest) == 0 || time.Now().After(deadline) {
			return rest
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// added returns the descriptors that are open now and were not open before.
func added(before map[int]string) []string {
	known := map[string]int{}
	for _, target := range before {
		known[target]++
	}
	var more []string
	for _, target := range openDescriptors() {
		if known[target]--; known[target] < 0 {
			more = append(more, target)
		}
	}
	return more
}
