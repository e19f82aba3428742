package checks

import _ "github.com/healthcheck-exporter/healthcheck_exporter/checks/host"
