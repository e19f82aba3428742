package checks

import "context"

type outputKey struct{}

// Output makes v the output of this run instead of a sentence: JSON carries it as
// an object, list, number or text, scrubbed as a tree, and forms made of lines
// show it as compact JSON. V is what encoding/json can encode, or the run's
// output stays a sentence. The last call of a run counts; the sentence of a
// failure or warning is kept beside it.
//
// V must not change after the call. Output is safe for concurrent use by the
// goroutines of the run and does nothing outside of one.
func Output(ctx context.Context, v any) {
	if receive, ok := ctx.Value(outputKey{}).(func(any)); ok {
		receive(v)
	}
}

// WithOutput returns a context whose [Output] calls receive, which must be safe
// for concurrent use. It is for the collector and for the tests of check types.
func WithOutput(ctx context.Context, receive func(v any)) context.Context {
	return context.WithValue(ctx, outputKey{}, receive)
}
