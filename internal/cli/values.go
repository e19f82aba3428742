package cli

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/alecthomas/kingpin/v2"

	"github.com/healthcheck-exporter/healthcheck_exporter/internal/spell"
)

// A textValue is the value of a flag. Its errors name the flag; kingpin's errors do
// not.
type textValue struct {
	flag string // with its dashes
	text string
	set  func(text string) error
}

// Set implements kingpin.Value.
func (v *textValue) Set(text string) error {
	if err := v.set(text); err != nil {
		return fmt.Errorf("%s: %w", v.flag, err)
	}
	v.text = text
	return nil
}

// String implements kingpin.Value.
func (v *textValue) String() string { return v.text }

// A declarer declares flags: the application, or a subcommand.
type declarer interface {
	Flag(name, help string) *kingpin.FlagClause
}

// number declares a flag that is a whole number.
func number(of declarer, target *int, name, preset, help string) {
	of.Flag(name, help).Default(preset).SetValue(&textValue{flag: "--" + name, set: func(text string) (err error) {
		if *target, err = strconv.Atoi(text); err != nil {
			return fmt.Errorf("%q is not a whole number", text)
		}
		return nil
	}})
}

// duration declares a flag that is a duration, not a negative one.
func duration(of declarer, target *time.Duration, name, preset, help string) {
	of.Flag(name, help).Default(preset).SetValue(durationValue(target, name, 0))
}

func durationValue(target *time.Duration, name string, least time.Duration) *textValue {
	return &textValue{flag: "--" + name, set: func(text string) (err error) {
		*target, err = time.ParseDuration(text)
		switch _, notNumber := strconv.ParseFloat(text, 64); {
		case err == nil && *target < least:
			return fmt.Errorf("%v, want %v or more", text, least)
		case err == nil:
			return nil
		case notNumber == nil:
			return fmt.Errorf("%q has no unit, want %ss", text, text)
		}
		return fmt.Errorf("%q is not a duration, want one such as 500ms, 10s or 24h", text)
	}}
}

// lastingValue is durationValue for a drain or a mute, which must last a while.
func lastingValue(target *time.Duration, name string) *textValue {
	v := durationValue(target, name, math.MinInt64)
	parse := v.set
	v.set = func(text string) error {
		if err := parse(text); err != nil || *target > 0 {
			return err
		}
		return fmt.Errorf("%s, want more than 0s, such as 30m", text)
	}
	return v
}

// choice declares a flag that accepts one of words; the first word is the
// default.
func choice(of declarer, target *string, name, help string, words ...string) {
	of.Flag(name, help).Default(words[0]).SetValue(&textValue{flag: "--" + name, set: func(text string) error {
		if !slices.Contains(words, text) {
			return fmt.Errorf("unknown value %q, %s", text, meant(text, words))
		}
		*target = text
		return nil
	}})
}

// meant suggests the known word that is most similar to word.
func meant(word string, known []string) string {
	if near := spell.Nearest(word, known); near != "" {
		return fmt.Sprintf("did you mean %q?", near)
	}
	const most = 20 // There may be thousands of checks.
	if len(known) > most {
		known = append(slices.Clone(known[:most]), "…")
	}
	return "want one of " + strings.Join(known, ", ")
}
