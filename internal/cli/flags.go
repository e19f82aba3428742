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

const diffHelp = "Preview a reload of a running exporter: print which checks it would add, remove and change, run the new and changed ones, and print their failures. Nothing changes. Exit status: 0 all of these pass, 1 one fails, the service would be failed, or the configuration is wrong, 3 no exporter reached."

// newApplication declares the command line. All flags but the subcommands' own
// belong to the application, so that they may stand before a subcommand's name.
func newApplication() (*kingpin.Application, *flags) {
	f := &flags{}
	app := kingpin.New(programName, "Checks what a service depends on, and serves the results to haproxy (/healthcheck), Prometheus (/metrics) and people (/). The results are cached: more clients do not run a check more often.")
	app.Version(version.Print(programName))
	app.HelpFlag.Short('h')
	app.UsageTemplate(usageTemplate)

	app.Flag("config.file", "Configuration: a file, a directory or a glob such as /etc/checks/*.yml. Without this flag, the checks are disk, memory and load of this machine.").
		PlaceHolder("PATH").StringVar(&f.configFile)
	app.Flag("config.watch", "Reload within 2s after a change of --config.file or of a file that it names, such as a certificate.").BoolVar(&f.configWatch)
	app.Flag("config.reload-refuse-failing", "Refuse a reload that would turn the service from healthy to failed.").BoolVar(&f.refuseFailing)
	f.web = kingpinflag.AddFlags(app, defaultAddress)
	app.GetFlag("web.listen-address").Help("Address to serve everything on: host:port or unix:PATH. Repeatable."). // The original help text promises vsock.
															IsSetByUser(&f.webAddressGiven)
	app.Flag("web.telemetry-path", "Path under which the metrics are served.").Default("/metrics").StringVar(&f.telemetryPath)
	number(app, &f.maxConnections, "web.max-connections", "512", "Maximum number of open connections, of all listeners together. The exporter lowers it to half of its limit of file descriptors.")
	app.Flag("web.enable-lifecycle", "Accept lifecycle requests: POST to /-/reload, /-/drain, /-/undrain, /-/mute, /-/unmute, /-/run/{check} and /-/diff. The client must be on this machine or authenticate.").BoolVar(&f.enableLifecycle)
	app.Flag("web.lifecycle-hosts", "Host name under which lifecycle requests may reach the exporter. Addresses and localhost are always allowed; other names are refused, against DNS rebinding. Repeatable.").
		PlaceHolder("NAME").StringsVar(&f.lifecycleHosts)
	app.Flag("web.prometheus-url", "Address of a Prometheus, such as https://prometheus.example.org. The status page then links its queries to it; without this flag it shows them as text.").
		PlaceHolder("URL").StringVar(&f.prometheusURL)
	app.Flag("web.enable-pprof", "Serve profiles of the exporter itself under /debug/pprof/.").BoolVar(&f.enablePprof)
	app.Flag("web.disable-exporter-metrics", "Leave out the metrics of the exporter process (go_*, process_*).").BoolVar(&f.disableExporterMetrics)

	app.Flag("environment.allow-remote", "Show /environment to all clients. Without this flag, only to clients on this machine and to authenticated ones.").BoolVar(&f.environmentAllowRemote)

	app.Flag("environment.deny", "Require authentication for /environment and lifecycle requests even from this machine. Use it where a proxy on this machine adds no X-Forwarded-For or similar header, because its clients look local.").BoolVar(&f.environmentDeny)

	app.Flag("health.listen-address", "Additional address that serves only /healthcheck, /-/healthy and /-/ready, without TLS and authentication. Repeatable.").
		PlaceHolder("ADDRESS").StringsVar(&f.healthAddresses)
	app.Flag("health.hide-output", "On the addresses of --health.listen-address, leave out the outputs of the checks.").BoolVar(&f.healthHideOutput)

	app.Flag("agent.listen-address", "Address to answer haproxy's agent-check on, such as :10928. With ?view=NAME after it, the answer is about that view instead of all checks. Repeatable.").
		PlaceHolder("ADDRESS").StringsVar(&f.agentAddresses)
	number(app, &f.agentWeight, "agent.degraded-weight", "100", "Weight in percent, 1 to 100, that haproxy's agent-check gets while the service is degraded. 100 leaves the traffic as it is.")

	app.Flag("admin.socket", "Unix socket through which the commands drain, undrain, mute, unmute, run, reload, diff, status and history reach the exporter. The default is admin.sock in $RUNTIME_DIRECTORY, which systemd sets; without that variable there is no socket.").
		PlaceHolder("PATH").StringVar(&f.adminSocket)
	app.Flag("state.directory", "Directory that keeps drains, mutes, results and changes of state over a restart. The default is $STATE_DIRECTORY, which systemd sets; without that variable nothing is kept.").
		PlaceHolder("PATH").StringVar(&f.stateDirectory)
	duration(app, &f.shutdownDelay, "shutdown.delay", "0s", "After SIGTERM, keep serving for this time as drained, so that load balancers notice. 0s: stop at once.")
	choice(app, &f.histogram, "metrics.run-duration-histogram", "Add the histogram healthcheck_run_duration_seconds: off, classic or native.",
		"off", string(collector.HistogramClassic), string(collector.HistogramNative))
	choice(app, &f.logLevel, "log.level", "Least severe level that is logged: debug, info, warn or error.", "info", "debug", "warn", "error")
	choice(app, &f.logFormat, "log.format", "Format of log messages: logfmt or json.", "logfmt", "json")

	f.addCommands(app)
	return app, f
}

// addCommands declares the subcommands with their own flags.
func (f *flags) addCommands(app *kingpin.Application) {
	app.Command("serve", "Run the checks and serve the results. This is the default.").Default()

	check := app.Command("check", "Run the checks once and print the results. Exit status: 0 passed or degraded, 1 failed, 2 misuse, 130 interrupted; with --output=nagios: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN.")
	choice(check, &f.checkOutput, "output", "Format: text, json, nagios or prometheus.", "text", "json", "nagios", "prometheus")
	check.Flag("tag", "Run only the checks with this tag. Repeatable: a check needs one of the tags.").PlaceHolder("TAG").StringsVar(&f.checkTags)
	check.Flag("exclude", "Leave out this check. Repeatable.").PlaceHolder("NAME").StringsVar(&f.checkExclude)
	check.Flag("verbose", "Also print reasons, descriptions, tags, measured values, and the evidence of a failure: phases, addresses, certificates, the reply.").Short('v').BoolVar(&f.verbose)
	choice(check, &f.color, "color", "Colours in the text: auto (on a terminal, unless NO_COLOR is set), always or never.", "auto", "always", "never")
	check.Flag("watch", "Show the results full-screen, failures first, and refresh them until you type q or Ctrl-C.").BoolVar(&f.watchResults)
	duration(check, &f.wait, "wait", "0s", "Wait at most this long until every check that is not optional passes. Exit status: 0 passed, 1 gave up (a check fails with reason auth or tls, which waiting does not repair), 4 not yet passed, 130 interrupted.")
	check.Flag("url", "Ask a running exporter instead of running the checks here: http://127.0.0.1:10927/healthcheck, or unix:/run/hc.sock:/healthcheck for a Unix socket. The path /-/healthy asks whether the exporter itself works. Basic authentication takes user and password from HEALTHCHECK_URL_USER and HEALTHCHECK_URL_PASSWORD.").
		PlaceHolder("URL").StringVar(&f.checkURL)
	check.Flag("url.ca-file", "PEM file of the certificates to trust for an https URL, instead of the system's.").
		PlaceHolder("FILE").StringVar(&f.urlCAFile)
	check.Flag("url.insecure-skip-verify", "Do not verify the certificate of an https URL.").BoolVar(&f.urlInsecure)
	check.Arg("name", "Checks to run. Default: all.").StringsVar(&f.checkNames)

	drain := app.Command("drain", "Take the service out: until undrain, a running exporter answers that the service is drained. Exit status: 0 done, 1 not done, 2 misuse, 3 no exporter reached; the same for undrain, mute, unmute and reload.")
	drain.Flag("reason", "Why. Every answer shows it.").PlaceHolder("TEXT").StringVar(&f.reason)
	drain.Flag("for", "End the drain after this time, such as 30m. Without this flag, only undrain ends it.").PlaceHolder("TIME").SetValue(lastingValue(&f.lasts, "for"))
	app.Command("undrain", "End the drain of a running exporter.")
	mute := app.Command("mute", "Ignore failures of a check for a limited time. The check goes on running and shows its result.")
	mute.Arg("check", "Name of the check.").Required().StringVar(&f.mutedCheck)
	mute.Flag("reason", "Why. Every answer shows it.").PlaceHolder("TEXT").Required().StringVar(&f.reason)
	mute.Flag("for", "How long the mute lasts, such as 2h.").PlaceHolder("TIME").Required().SetValue(lastingValue(&f.lasts, "for"))
	mute.Flag("dependents", "Also mute the checks that depend on this check.").BoolVar(&f.dependents)
	app.Command("unmute", "End the mute of a check.").Arg("check", "Name of the check.").Required().StringVar(&f.mutedCheck)
	app.Command("run", "Make a running exporter run a check at once, and print the result. Exit status: 0 passed, 1 failed, 2 not run (unknown check, or run on request less than 5s ago), 3 no exporter reached.").
		Arg("check", "Name of the check.").Required().StringVar(&f.checkToRun)
	app.Command("reload", "Make a running exporter reload its configuration, and wait until it has done so.")
	app.Command("diff", diffHelp)
	app.Command("status", "Print one line about a running exporter, and the checks that fail, warn or are muted. Exit status: 0 passed or degraded, 1 failed, 3 no exporter reached.")

	history := app.Command("history", "Print the last changes of state of all checks, or of one check with its last runs. They come from the running exporter or, if none runs, from its state directory. Exit status: 0 printed, 2 misuse, 3 neither was reached.")
	history.Arg("check", "Name of a check. Default: all.").StringVar(&f.historyCheck)

	config := app.Command("config", "Check, print or create the configuration.")
	config.Command("check", "Check the configuration and print every fault with its line. Exit status: 0 valid, 1 not valid.")
	config.Command("show", "Print the configuration as the exporter reads it, with secrets masked.")
	config.Command("diff", diffHelp)
	config.Command("default", "Print the configuration that is used without --config.file.")
	config.Command("init", "Write a commented configuration for the services that listen on this machine (Linux). It opens no connection.").
		Flag("output", "File to write; it must not exist yet. Default: standard output.").PlaceHolder("FILE").StringVar(&f.initOutput)
	config.Command("schema", "Print a JSON Schema of the configuration, for editors.")
	types := config.Command("types", "List the check types, or print the keys of the named types.")
	types.Arg("type", "Check types. Default: a list of all.").StringsVar(&f.typeNames)

	environment := app.Command("environment", "Print the answer of /environment: this host and process, with secrets masked.")
	environment.Flag("explain", "Print what was masked, and by which rule, instead of the answer.").BoolVar(&f.environmentExplain)
}
