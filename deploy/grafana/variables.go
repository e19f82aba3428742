package main

import (
	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/common"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
)

// source is the data source that the variable at the top names.
func source() common.DataSourceRef {
	return common.DataSourceRef{Type: cog.ToPtr("prometheus"), Uid: cog.ToPtr("${datasource}")}
}

// board returns a dashboard with the common parts: variables, annotations, and links
// to the other dashboards.
func board(uid, title, description string) *dashboard.DashboardBuilder {
	return dashboard.NewDashboardBuilder(title).
		Uid(uid).
		Description(description).
		Tags([]string{"healthcheck"}).
		Time("now-6h", "now").
		Refresh("30s").
		Timezone("browser").
		Tooltip(dashboard.DashboardCursorSyncCrosshair).
		Link(dashboard.NewDashboardLinkBuilder("Health checks").Type(dashboard.DashboardLinkTypeDashboards).
			Tags([]string{"healthcheck"}).AsDropdown(true).IncludeVars(true).KeepTime(true)).
		Annotation(event("Changes of state", "orange", `healthcheck_last_change_timestamp_seconds{`+picked+`} * 1000`, "{{check}} on {{instance}} has changed its state")).
		Annotation(event("Reloads", "blue", `healthcheck_config_last_reload_success_timestamp_seconds{`+exporters+`} * 1000`, "{{instance}} has loaded its configuration")).
		Annotation(event("Restarts", "purple", `(process_start_time_seconds{`+exporters+`} and on (job, instance) healthcheck_healthy) * 1000`, "{{instance}} has started")).
		WithVariable(dashboard.NewDatasourceVariableBuilder("datasource").Label("Data source").Type("prometheus")).
		WithVariable(list("job", "Job", `label_values(healthcheck_healthy, job)`)).
		WithVariable(list("instance", "Instance", `label_values(healthcheck_healthy{job=~"$job"}, instance)`)).
		WithVariable(list("team", "Team", `label_values(healthcheck_check_info{job=~"$job", instance=~"$instance"}, team)`)).
		WithVariable(list("tag", "Tag", `label_values(healthcheck_check_info{job=~"$job", instance=~"$instance"}, tags)`).
			Regex(`/([^,]+)/g`)). // ",a,b," is a and b.
		WithVariable(list("check", "Check", `label_values(healthcheck_state{job=~"$job", instance=~"$instance"}, check)`)).
		WithVariable(dashboard.NewCustomVariableBuilder("objective").Label("Objective, %").
			Values(dashboard.StringOrMap{String: cog.ToPtr("99.9,99,99.5,99.95,99.99")}).
			Current(option("99.9")).
			Options([]dashboard.VariableOption{option("99.9"), option("99"), option("99.5"), option("99.95"), option("99.99")}))
}

// list returns a variable that selects some or all values of a label. All also selects
// series without the label.
func list(name, label, query string) *dashboard.QueryVariableBuilder {
	return dashboard.NewQueryVariableBuilder(name).Label(label).
		Datasource(source()).
		Query(dashboard.StringOrMap{Map: map[string]any{"query": query, "refId": name}}).
		Definition(query).
		Refresh(dashboard.VariableRefreshOnTimeRangeChanged).
		Sort(dashboard.VariableSortAlphabeticalAsc).
		Multi(true).
		IncludeAll(true).
		AllValue(".*").
		Current(dashboard.VariableOption{
			Text:  dashboard.StringOrArrayOfString{String: cog.ToPtr("All")},
			Value: dashboard.StringOrArrayOfString{String: cog.ToPtr("$__all")},
		})
}

func option(value string) dashboard.VariableOption {
	text := dashboard.StringOrArrayOfString{String: cog.ToPtr(value)}
	return dashboard.VariableOption{Text: text, Value: text}
}

// event marks the points in time that a query returns, in milliseconds.
func event(name, color, query, title string) *dashboard.AnnotationQueryBuilder {
	return dashboard.NewAnnotationQueryBuilder().Name(name).
		Datasource(source()).
		Enable(true).
		IconColor(color).
		Expr(query).
		Step("60s").
		UseValueForTime(true).
		TitleFormat(title).
		TextFormat("").
		TagKeys("job")
}
