package cli

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/alecthomas/kingpin/v2"

	"github.com/healthcheck-exporter/healthcheck_exporter/internal/spell"
)

// A commandLine is the arguments together with the flags and commands that the
// application knows. It explains faults that kingpin overlooks or words badly.
type commandLine struct {
	args     []string
	flags    map[string]*kingpin.FlagModel // of the application and all commands
	commands []*kingpin.CmdModel
	app      []*kingpin.FlagModel
}

func newCommandLine(app *kingpin.Application, args []string) *commandLine {
	model := app.Model()
	l := &commandLine{args: args, flags: map[string]*kingpin.FlagModel{}, commands: model.Commands, app: model.Flags}
	for _, f := range model.Flags {
		l.flags[f.Name] = f
	}
	for _, c := range model.FlattenedCommands() {
		for _, f := range c.Flags {
			l.flags[f.Name] = f
		}
	}
	return l
}

// fault returns the first fault of a flag: no value, an empty one, a value of a
// switch, or a second value. Kingpin forgets a flag without a value when it falls
// back to the default command.
func (l *commandLine) fault() error {
	given := map[string]bool{}
	for i := 0; i < len(l.args) && l.args[i] != "--"; i++ {
		arg := l.args[i]
		if l.hasOneDash(arg) {
			return fmt.Errorf("%s: flags begin with two dashes, want -%s", arg, arg)
		}
		flag, value, hasValue := l.flag(arg)
		if flag == nil {
			continue
		}
		dashed := "--" + flag.Name
		isSwitch := flag.IsBoolFlag()
		if !isSwitch && !hasValue {
			if i++; i == len(l.args) || l.args[i] != "-" && strings.HasPrefix(l.args[i], "-") {
				return fmt.Errorf("%s: has no value, want %s=%s", dashed, dashed, placeHolder(flag))
			}
			value = l.args[i]
		}
		switch {
		case isSwitch && hasValue:
			return fmt.Errorf("%s: takes no value, want %s or --no-%s", dashed, dashed, flag.Name)
		case !isSwitch && value == "" && !mayBeEmpty(flag):
			return fmt.Errorf("%s: the value is empty, want %s=%s, or no such flag", dashed, dashed, placeHolder(flag))
		case given[flag.Name] && !isCumulative(flag):
			return fmt.Errorf("%s: given twice", dashed)
		}
		given[flag.Name] = true
	}
	return nil
}

// hasOneDash reports whether an argument is the name of a flag after one dash.
func (l *commandLine) hasOneDash(arg string) bool {
	text, is := strings.CutPrefix(arg, "-")
	name, _, _ := strings.Cut(text, "=")
	return is && l.flags[name] != nil
}

// mayBeEmpty reports whether the fault of an empty value is left to the flag.
func mayBeEmpty(flag *kingpin.FlagModel) bool {
	_, explains := flag.Value.(*textValue)
	return explains || flag.Name == "web.config.file" // empty by default
}

// placeHolder stands for the value of a flag.
func placeHolder(flag *kingpin.FlagModel) string {
	text := strings.Trim(flag.FormatPlaceHolder(), `"`)
	if text == "" {
		return "FILE" // of web.config.file, whose default is empty
	}
	return text
}

func isCumulative(flag *kingpin.FlagModel) bool {
	c, is := flag.Value.(interface{ IsCumulative() bool })
	return is && c.IsCumulative()
}

// flag returns the flag of an argument, or nil, and its value after "=".
func (l *commandLine) flag(arg string) (flag *kingpin.FlagModel, value string, hasValue bool) {
	text, is := strings.CutPrefix(arg, "--")
	if !is {
		return nil, "", false
	}
	name, value, hasValue := strings.Cut(text, "=")
	if f := l.flags[strings.TrimPrefix(name, "no-")]; f != nil && f.IsBoolFlag() {
		return f, value, hasValue
	}
	return l.flags[name], value, hasValue
}

// selected returns the commands that the arguments select, and the first argument
// after them that is neither a flag nor the value of one.
func (l *commandLine) selected() (path []*kingpin.CmdModel, next string) {
	commands := l.commands
	for i := 0; i < len(l.args); i++ {
		arg := l.args[i]
		if strings.HasPrefix(arg, "-") {
			if flag, _, hasValue := l.flag(arg); flag != nil && !flag.IsBoolFlag() && !hasValue {
				i++
			}
			continue
		}
		at := slices.IndexFunc(commands, func(c *kingpin.CmdModel) bool { return c.Name == arg })
		if at < 0 {
			return path, arg
		}
		path = append(path, commands[at])
		commands = commands[at].Commands
	}
	return path, ""
}

// explain words an error of kingpin.
func (l *commandLine) explain(err error) error {
	if name, is := strings.CutPrefix(err.Error(), "unknown long flag '--"); is {
		return l.unknownFlag(strings.TrimSuffix(name, "'"))
	}
	path, next := l.selected()
	commands := l.commands
	if len(path) > 0 {
		commands = path[len(path)-1].Commands
	}
	_, unexpected := strings.CutPrefix(err.Error(), "unexpected ")
	switch {
	case strings.HasPrefix(err.Error(), "must select a subcommand"):
		return fmt.Errorf("%s: %s", path[len(path)-1].FullCommand, meant("", namesOfCommands(commands)))
	case unexpected && next != "" && len(commands) == 0:
		return fmt.Errorf("unexpected argument %q", next)
	case len(commands) == 0 || next == "" || !strings.Contains(err.Error(), next):
		return err
	}
	names := namesOfCommands(commands)
	if len(path) == 0 && spell.Nearest(next, names) == "" {
		if other := l.elsewhere(next); other != "" {
			return fmt.Errorf("unknown command %q, did you mean %q?", next, other)
		}
	}
	return fmt.Errorf("unknown command %q, %s", next, meant(next, names))
}

// elsewhere returns the command below another one, such as "config types", or the
// flag that has the name of an unknown command.
func (l *commandLine) elsewhere(name string) string {
	for _, c := range l.commands {
		for _, below := range c.Commands {
			if below.Name == name {
				return below.FullCommand
			}
		}
	}
	if l.flags[name] != nil {
		return "--" + name
	}
	return ""
}

func namesOfCommands(commands []*kingpin.CmdModel) (names []string) {
	for _, c := range commands {
		if c.Name != "help" {
			names = append(names, c.Name)
		}
	}
	return names
}

// unknownFlag suggests a flag of the selected command, or says which commands have
// a flag of this name.
func (l *commandLine) unknownFlag(name string) error {
	path, _ := l.selected()
	flags, of := l.app, ""
	if len(path) > 0 {
		last := path[len(path)-1]
		flags, of = slices.Concat(flags, last.Flags), " of "+last.FullCommand
	}
	if flag, _, _ := l.flag("--" + name); flag != nil {
		return fmt.Errorf("unknown flag \"--%s\"%s, it belongs to %s", name, of, strings.Join(l.owners(flag.Name), " and "))
	}
	var known []string
	for _, f := range flags {
		known = append(known, f.Name)
	}
	if near := spell.Nearest(name, known); near != "" {
		return fmt.Errorf("unknown flag \"--%s\", did you mean \"--%s\"?", name, near)
	}
	return errors.New("unknown flag \"--" + name + "\"" + of)
}

// owners returns the commands that have a flag.
func (l *commandLine) owners(flag string) (names []string) {
	for _, c := range l.commands {
		for _, one := range append(slices.Clone(c.Commands), c) {
			if slices.ContainsFunc(one.Flags, func(f *kingpin.FlagModel) bool { return f.Name == flag }) {
				names = append(names, one.FullCommand)
			}
		}
	}
	return names
}
