package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/alecthomas/kingpin/v2"

	"github.com/healthcheck-exporter/healthcheck_exporter/internal/spell"
)

// usageTemplate is kingpin's template with one change of order: the flags of a
// command come before the global flags.
const usageTemplate = `{{define "FormatCommand" -}}
{{if .FlagSummary}} {{.FlagSummary}}{{end -}}
{{range .Args}} [<{{.Name}}>{{if .Value|IsCumulative}}...{{end}}]{{end -}}
{{end -}}

{{define "FormatCommands" -}}
{{range .FlattenedCommands -}}
{{if not .Hidden -}}
  {{.FullCommand}}{{if .Default}}*{{end}}{{template "FormatCommand" .}}
{{.Help|Wrap 4}}
{{end -}}
{{end -}}
{{end -}}

{{define "FormatUsage" -}}
{{template "FormatCommand" .}}{{if .Commands}} <command> [<args> ...]{{end}}
{{if .Help}}
{{.Help|Wrap 0 -}}
{{end -}}

{{end -}}

{{with .Context.SelectedCommand -}}
usage: {{$.App.Name}} {{.}}{{template "FormatUsage" .}}
{{if .Flags -}}
Flags:
{{.Flags|FlagsToTwoColumns|FormatTwoColumns}}
{{end -}}
{{if .Args -}}
Args:
{{.Args|ArgsToTwoColumns|FormatTwoColumns}}
{{end -}}
{{if .Commands -}}
Subcommands:
{{template "FormatCommands" .}}
{{end -}}
Flags of all commands:
{{$.App.Flags|FlagsToTwoColumns|FormatTwoColumns}}
{{else -}}
usage: {{.App.Name}}{{template "FormatUsage" .App}}
{{if .Context.Flags -}}
Flags:
{{.Context.Flags|FlagsToTwoColumns|FormatTwoColumns}}
{{end -}}
{{if .App.Commands -}}
Commands:
{{template "FormatCommands" .App}}
{{end -}}
{{end -}}
`

// commandFault explains why kingpin refused a command line.
func commandFault(app *kingpin.Application, args []string, err error) error {
	if name, is := strings.CutPrefix(err.Error(), "unknown long flag '--"); is {
		return unknownFlag(app, strings.TrimSuffix(name, "'"), err)
	}
	commands := app.Model().Commands
	for i, arg := range args {
		if strings.HasPrefix(arg, "-") {
			continue
		}
		at := slices.IndexFunc(commands, func(c *kingpin.CmdModel) bool { return c.Name == arg })
		if at >= 0 && len(commands[at].Commands) > 0 {
			commands = commands[at].Commands
			continue
		}
		valueOfFlag := i > 0 && strings.HasPrefix(args[i-1], "--") && !strings.Contains(args[i-1], "=")
		if at >= 0 || valueOfFlag || !strings.Contains(err.Error(), arg) {
			return err
		}
		names := make([]string, 0, len(commands))
		for _, c := range commands {
			if c.Name != "help" {
				names = append(names, c.Name)
			}
		}
		return fmt.Errorf("unknown command %q, %s", arg, meant(arg, names))
	}
	return err
}

// unknownFlag suggests the flag with the most similar name.
func unknownFlag(app *kingpin.Application, name string, err error) error {
	var known []string
	add := func(flags []*kingpin.FlagModel) {
		for _, f := range flags {
			known = append(known, f.Name)
		}
	}
	add(app.Model().Flags)
	for _, c := range app.Model().FlattenedCommands() {
		add(c.Flags)
	}
	if near := spell.Nearest(name, known); near != "" {
		return fmt.Errorf("unknown flag %q, did you mean %q?", "--"+name, "--"+near)
	}
	return err
}
