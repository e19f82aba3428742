package cli

import (
	"time"

	"github.com/alecthomas/kingpin/v2"
	"github.com/prometheus/common/version"
	"github.com/prometheus/exporter-toolkit/web"
	"github.com/prometheus/exporter-toolkit/web/kingpinflag"

	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
)

const (
	programName    = "healthcheck_exporter"
	defaultAddress = ":10927"
)

// flags holds the parsed command line.
type flags struct {
	configFile    string
	configWatch   bool
	refuseFailing bool

	web                    *web.FlagConfig // listen addresses, web config file, systemd sockets
	webAddressGiven        bool
	telemetryPath          string
	maxConnections         int
	enableLifecycle        bool
	enablePprof            bool
	prometheusURL          string
	disableExporterMetrics bool

	lifecycleHosts         []string
	environmentAllowRemote bool
	environmentDeny        bool

	healthAddresses  []string
	healthHideOutput bool

	agentAddresses []string
	agentWeight    int

	adminSocket    string
	stateDirectory string
	shutdownDelay  time.Duration
	histogram      string

	logLevel, logFormat string

	checkNames         []string // check
	checkOutput        string
	checkURL           string
	checkTags          []string
	checkExclude       []string
	color              string
	verbose            bool
	wait               time.Duration
	watchResults       bool
	urlCAFile          string
	urlInsecure        bool
	typeNames          []string // config types
	initOutput         string   // config init
	environmentExplain bool     // environment
	reason             string   // drain, mute
	lasts              time.Duration
	mutedCheck         string // mute, unmute
	historyCheck       string // history
	dependents         bool
	checkToRun         string // run
}

const diffHelp = "Say what a reload of the running exporter would add, remove and change, and which new or changed checks fail at their first run, which is now. It changes nothing. Exit status: 0 all of them pass, 1 one fails, the service would be failed, or the configuration is wrong, 3 not reachable."

// newApplication declares the command line. All flags but the subcommands' own
// belong to the application, so that they may stand before a subcommand's name.
func newApplication() (*kingpin.Application, *flags) {
	f := &flags{}
	app := kingpin.New(programName, "Checks what a service depends on once, and answers haproxy (/healthcheck), Prometheus (/metrics) and people from that.")
	app.Version(version.Print(programName))
	app.HelpFlag.Short('h')
	app.UsageTemplate(usageTemplate)

	app.Flag("config.file", "File, directory or glob (*.yml, *.yaml) with the checks. None: disk, memory and load of this machine.").
		PlaceHolder("PATH").StringVar(&f.configFile)
	app.Flag("config.watch", "Reload within 2s whenever the content of --config.file changes, or of a file that it names.").BoolVar(&f.configWatch)
	app.Flag("config.reload-refuse-failing", "Refuse a reload after which the service would be failed, if it is not failed before.").BoolVar(&f.refuseFailing)
	f.web = kingpinflag.AddFlags(app, defaultAddress)
	app.GetFlag("web.listen-address").Help("Address of everything, host:port or unix:PATH. Repeatable."). // The original help text promises vsock.
														IsSetByUser(&f.webAddressGiven)
	app.Flag("web.telemetry-path", "Path of the metrics.").Default("/metrics").StringVar(&f.telemetryPath)
	number(app, &f.maxConnections, "web.max-connections", "512", "Open connections of all listeners together; never more than half of the limit of file descriptors.")
	app.Flag("web.enable-lifecycle", "Allow POST to /-/reload, /-/drain, /-/undrain, /-/mute, /-/unmute, /-/run/{check} and /-/diff, from this machine or with authentication.").BoolVar(&f.enableLifecycle)
	app.Flag("web.lifecycle-hosts", "Name that the Host of such a request may have, beside addresses and loopback names. Repeatable.").
		PlaceHolder("NAME").StringsVar(&f.lifecycleHosts)
	app.Flag("web.prometheus-url", "Address of a Prometheus, such as https://prometheus.example.org: the status page links its queries to it. None: it shows them as text.").
		PlaceHolder("URL").StringVar(&f.prometheusURL)
	app.Flag("web.enable-pprof", "Show profiles of the exporter below /debug/pprof/.").BoolVar(&f.enablePprof)
	app.Flag("web.disable-exporter-metrics", "Leave out metrics about the exporter itself (go_*, process_*).").BoolVar(&f.disableExporterMetrics)

	app.Flag("environment.allow-remote", "Show /environment to everybody, not only on this machine or after authentication.").BoolVar(&f.environmentAllowRemote)

	app.Flag("environment.deny", "Trust no client for being on this machine: /environment and lifecycle requests then want authentication. For machines with a proxy that adds no forwarding header.").BoolVar(&f.environmentDeny)

	app.Flag("health.listen-address", "Address for /healthcheck, /-/healthy and /-/ready alone, without TLS and authentication. Repeatable.").
		PlaceHolder("ADDRESS").StringsVar(&f.healthAddresses)
	app.Flag("health.hide-output", "Leave out what checks have said on the addresses of --health.listen-address.").BoolVar(&f.healthHideOutput)

	app.Flag("agent.listen-address", "Address for haproxy's agent checks of all checks or, with ?view=NAME after it, of a view. Repeatable.").
		PlaceHolder("ADDRESS").StringsVar(&f.agentAddresses)
	number(app, &f.agentWeight, "agent.degraded-weight", "100", "Percentage told to haproxy's agent checks while degraded, 1 to 100.")

	app.Flag("admin.socket", "Unix socket for the commands drain, undrain, mute, unmute, run, reload, diff and status. None: admin.sock in $RUNTIME_DIRECTORY, which systemd sets; without that no such socket.").
		PlaceHolder("PATH").StringVar(&f.adminSocket)
	app.Flag("state.directory", "Directory in which drain, mutes, results and changes of state survive a restart. None: $STATE_DIRECTORY, which systemd sets; without that nothing is kept.").
		PlaceHolder("PATH").StringVar(&f.stateDirectory)
	duration(app, &f.shutdownDelay, "shutdown.delay", "0s", "How long to go on serving, drained, after SIGTERM.")
	choice(app, &f.histogram, "metrics.run-duration-histogram", "Add healthcheck_run_duration_seconds: off, classic or native.",
		"off", string(collector.HistogramClassic), string(collector.HistogramNative))
	choice(app, &f.logLevel, "log.level", "Only log messages of this level and above: debug, info, warn, error.", "info", "debug", "warn", "error")
	choice(app, &f.logFormat, "log.format", "Format of log messages: logfmt or json.", "logfmt", "json")

	f.addCommands(app)
	return app, f
}

// addCommands declares the subcommands with their own flags.
func (f *flags) addCommands(app *kingpin.Application) {
	app.Command("serve", "Run the checks and answer (the default).").Default()

	check := app.Command("check", "Run the checks once and print them. Exit status: 0 passed or degraded, 1 failed, 2 misuse, 130 interrupted; with --output=nagios: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN.")
	choice(check, &f.checkOutput, "output", "text, json, nagios or prometheus.", "text", "json", "nagios", "prometheus")
	check.Flag("tag", "Only the checks with this tag. Repeatable: checks with one of the tags.").PlaceHolder("TAG").StringsVar(&f.checkTags)
	check.Flag("exclude", "Leave out the check with this name. Repeatable.").PlaceHolder("NAME").StringsVar(&f.checkExclude)
	check.Flag("verbose", "Also print reasons, descriptions, tags, the values that were measured, and for a failure its evidence: phases, addresses, certificates, the reply.").Short('v').BoolVar(&f.verbose)
	choice(check, &f.color, "color", "Colours in the text: auto (on a terminal, unless NO_COLOR is set), always or never.", "auto", "always", "never")
	check.Flag("watch", "Show the results on the whole terminal, what fails first, and refresh them until q or Ctrl-C is typed.").BoolVar(&f.watchResults)
	duration(check, &f.wait, "wait", "0s", "Wait at most this long until every check that counts has passed, in text, json or prometheus. Exit status: 0 passed, 1 a check fails with reason auth or tls, which does not get better by waiting, 4 not yet, 130 interrupted.")
	check.Flag("url", "Ask a running exporter instead: http://127.0.0.1:10927/healthcheck, or unix:/run/hc.sock:/healthcheck for a Unix socket. With /-/healthy: whether the exporter itself works. Name and password for basic authentication come from HEALTHCHECK_URL_USER and HEALTHCHECK_URL_PASSWORD.").
		PlaceHolder("URL").StringVar(&f.checkURL)
	check.Flag("url.ca-file", "File with the certificates (PEM) that are trusted with https. None: those of the system.").
		PlaceHolder("FILE").StringVar(&f.urlCAFile)
	check.Flag("url.insecure-skip-verify", "Trust any certificate.").BoolVar(&f.urlInsecure)
	check.Arg("name", "Names of checks. None: all.").StringsVar(&f.checkNames)

	drain := app.Command("drain", "Take the service of the running exporter out, until undrain. Exit status of this, undrain, mute, unmute and reload: 0 done, 1 not done, 2 misuse, 3 not reachable.")
	drain.Flag("reason", "Why; shown to everybody.").PlaceHolder("TEXT").StringVar(&f.reason)
	drain.Flag("for", "End by itself after this time. None: not before undrain.").PlaceHolder("TIME").SetValue(lastingValue(&f.lasts, "for"))
	app.Command("undrain", "Take the service of the running exporter back in.")
	mute := app.Command("mute", "Let the failure of a check count for nothing, for a while. It goes on running and keeps its result.")
	mute.Arg("check", "Name of the check.").Required().StringVar(&f.mutedCheck)
	mute.Flag("reason", "Why; shown to everybody.").PlaceHolder("TEXT").Required().StringVar(&f.reason)
	mute.Flag("for", "When the mute ends by itself, such as 2h.").PlaceHolder("TIME").Required().SetValue(lastingValue(&f.lasts, "for"))
	mute.Flag("dependents", "Mute the checks that depend on it, too.").BoolVar(&f.dependents)
	app.Command("unmute", "End the mute of a check.").Arg("check", "Name of the check.").Required().StringVar(&f.mutedCheck)
	app.Command("run", "Let the running exporter run a check at once, and print its result. Exit status: 0 passed, 1 failed, 2 not run (unknown, or run on request less than 5s ago), 3 not reachable.").
		Arg("check", "Name of the check.").Required().StringVar(&f.checkToRun)
	app.Command("reload", "Reload the configuration of the running exporter, and wait for it.")
	app.Command("diff", diffHelp)
	app.Command("status", "Print one line about the running exporter, and what fails. Exit status: 0 passed or degraded, 1 failed, 3 not reachable.")

	history := app.Command("history", "Print the last changes of state of the checks and, for one check, its last runs: those of the running exporter or, without one, those in its state directory. Exit status: 0 printed, 2 misuse, 3 neither is reachable.")
	history.Arg("check", "Name of a check. None: the changes of all.").StringVar(&f.historyCheck)

	config := app.Command("config", "Look at the configuration.")
	config.Command("check", "Say what is wrong with the configuration. Exit status: 0 nothing, 1 something.")
	config.Command("show", "Print the configuration as it was read, without secrets.")
	config.Command("diff", diffHelp)
	config.Command("default", "Print the configuration that is used when no file is given.")
	config.Command("init", "Write a commented configuration from what listens and runs on this machine (Linux). It opens no connection.").
		Flag("output", "File to write, which must not exist. None: standard output.").PlaceHolder("FILE").StringVar(&f.initOutput)
	config.Command("schema", "Print a JSON Schema of the configuration, for editors.")
	types := config.Command("types", "Print the check types, or the keys of those that are named.")
	types.Arg("type", "Names of types. None: a list of all.").StringsVar(&f.typeNames)

	environment := app.Command("environment", "Print what /environment shows.")
	environment.Flag("explain", "Say what was masked, and by which rule, instead.").BoolVar(&f.environmentExplain)
}
