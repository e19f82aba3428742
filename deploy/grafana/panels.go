package main

import (
	"strings"

	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/common"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"github.com/grafana/grafana-foundation-sdk/go/prometheus"
	"github.com/grafana/grafana-foundation-sdk/go/stat"
	"github.com/grafana/grafana-foundation-sdk/go/statetimeline"
	"github.com/grafana/grafana-foundation-sdk/go/table"
	"github.com/grafana/grafana-foundation-sdk/go/timeseries"
)

// A query is an expression with the name of its series: a legend with labels such
// as {{check}}, or the heading of its column in a table.
type query struct{ expr, name string }

// number shows the last value of each series. steps are the values at which colours
// begin.
func number(title, description, unit string, steps []dashboard.Threshold, queries ...query) *stat.PanelBuilder {
	p := stat.NewPanelBuilder().Title(title).Description(description).Unit(unit).Datasource(source()).Span(4).Height(4).
		GraphMode(common.BigValueGraphModeNone).
		Thresholds(dashboard.NewThresholdsConfigBuilder().Mode(dashboard.ThresholdsModeAbsolute).Steps(steps))
	for i, q := range queries {
		p.WithTarget(target(i, q).Instant())
	}
	return p
}

// lines shows the course of each series.
func lines(title, description, unit string, queries ...query) *timeseries.PanelBuilder {
	p := timeseries.NewPanelBuilder().Title(title).Description(description).Unit(unit).Datasource(source()).Span(12).Height(8).
		Min(0).FillOpacity(5).
		Legend(common.NewVizLegendOptionsBuilder().ShowLegend(true).DisplayMode(common.LegendDisplayModeTable).
			Placement(common.LegendPlacementRight).Calcs([]string{"lastNotNull", "max"}))
	for i, q := range queries {
		p.WithTarget(target(i, q).Range())
	}
	return p
}

// timeline shows since when each series is 1 (good) or 0 (bad).
func timeline(title, description string, good, bad string, queries ...query) *statetimeline.PanelBuilder {
	p := statetimeline.NewPanelBuilder().Title(title).Description(description).Datasource(source()).Span(24).Height(9).
		ShowValue(common.VisibilityModeNever).
		Mappings([]dashboard.ValueMapping{{ValueMap: &dashboard.ValueMap{
			Type: dashboard.MappingTypeValueToText,
			Options: map[string]dashboard.ValueMappingResult{
				"1": {Text: cog.ToPtr(good), Color: cog.ToPtr("green"), Index: cog.ToPtr(int32(0))},
				"0": {Text: cog.ToPtr(bad), Color: cog.ToPtr("red"), Index: cog.ToPtr(int32(1))},
			},
		}}})
	for i, q := range queries {
		p.WithTarget(target(i, q).Range())
	}
	return p
}

// rows shows a table with a row for each series: its labels, except the hidden ones,
// and a column for each query.
func rows(title, description, unit string, hidden []string, queries ...query) *table.PanelBuilder {
	p := table.NewPanelBuilder().Title(title).Description(description).Unit(unit).Datasource(source()).Span(24).Height(8).
		Footer(common.NewTableFooterOptionsBuilder().Reducer([]string{}))
	headings, excluded := map[string]string{}, map[string]bool{"Time": true, "__name__": true}
	for _, name := range hidden {
		excluded[name] = true
	}
	for i, q := range queries {
		p.WithTarget(target(i, q).Instant().Format(prometheus.PromQueryFormatTable))
		headings["Value #"+refID(i)] = q.name
	}
	if len(queries) == 1 { // Grafana names the column of a single query without its letter.
		headings["Value"] = queries[0].name
	} else {
		p.WithTransformation(dashboard.DataTransformerConfig{Id: "merge", Options: map[string]any{}})
	}
	return p.WithTransformation(dashboard.DataTransformerConfig{
		Id:      "organize",
		Options: map[string]any{"excludeByName": excluded, "renameByName": headings},
	})
}

// linked makes the values of a column links.
func linked(p *table.PanelBuilder, column, title, url string) *table.PanelBuilder {
	return p.OverrideByName(column, []dashboard.DynamicConfigValue{{
		Id:    "links",
		Value: []map[string]any{{"title": title, "url": url, "targetBlank": strings.HasPrefix(url, "http") || strings.HasPrefix(url, "$")}},
	}})
}

// colored gives a column its own unit and colours. steps are the values at which
// colours begin.
func colored(p *table.PanelBuilder, column, unit string, steps []dashboard.Threshold) *table.PanelBuilder {
	return p.OverrideByName(column, []dashboard.DynamicConfigValue{
		{Id: "unit", Value: unit},
		{Id: "thresholds", Value: map[string]any{"mode": "absolute", "steps": steps}},
		{Id: "custom.cellOptions", Value: map[string]any{"type": "color-text"}},
	})
}

func target(i int, q query) *prometheus.DataqueryBuilder {
	return prometheus.NewDataqueryBuilder().Datasource(source()).RefId(refID(i)).Expr(q.expr).LegendFormat(q.name)
}

func refID(i int) string { return string(rune('A' + i)) }

// from begins a colour at a value.
func from(value float64, color string) dashboard.Threshold {
	return dashboard.Threshold{Value: &value, Color: color}
}

func base(color string) dashboard.Threshold { return dashboard.Threshold{Color: color} }

var (
	plain     = []dashboard.Threshold{base("text")}
	redAtOne  = []dashboard.Threshold{base("green"), from(1, "red")}
	warnAtOne = []dashboard.Threshold{base("green"), from(1, "orange")}
	greenAt1  = []dashboard.Threshold{base("red"), from(1, "green")}
	budget    = []dashboard.Threshold{base("red"), from(0, "orange"), from(50, "green")}
	daysLeft  = []dashboard.Threshold{base("red"), from(7, "orange"), from(30, "green")}
)
