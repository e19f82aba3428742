package cli

// usageTemplate is kingpin's template with one change of order: the flags of a
// command come before the global flags.
const usageTemplate = `{{define "FormatCommand" -}}
{{if .FlagSummary}} {{.FlagSummary}}{{end -}}
{{range .Args}} {{if not .Required}}[{{end}}<{{.Name}}>{{if .Value|IsCumulative}}...{{end}}{{if not .Required}}]{{end}}{{end -}}
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
