//go:build linux

package e2e_test

import (
	"fmt"
	"testing"

	"github.com/healthcheck-exporter/healthcheck_exporter/internal/browsertest"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/testservers"
)

// A person watches the page while a real redis stops, looks at the check, and runs
// it again by hand once redis is back.
func TestAPersonSeesThatRedisStopsAndComesBack(t *testing.T) {
	t.Parallel()
	browser := browsertest.Start(t)
	redis := testservers.Redis(t)
	e := start(t, fmt.Sprintf(`
checks:
  - {name: redis, redis: {address: %q}, success_ttl: 1s, failed_ttl: 60s, description: the session cache, tags: [ready]}
  - {name: shop, exec: {command: [echo, open]}, depends_on: [redis], success_ttl: 1s}
  - {name: slow, exec: {command: [sh, -c, "sleep 0.2; echo at last"]}, optional: true}
`, redis.Addr), "--web.enable-lifecycle", "--web.prometheus-url=https://prometheus.example.org")
	fetch(t, 200, e.url+"/healthcheck")

	tab := browser.Open(e.url+"/", browsertest.Screen{Width: 1280, Height: 900})
	tab.Wait(`document.title.startsWith("passed · ") && document.querySelector(".rows .pass a").textContent === "redis"`)
	redis.Stop()
	tab.Wait(`document.title.startsWith("1 fail · ") && document.querySelector("#checks h3 a").textContent === "redis"`)
	tab.Wait(`document.querySelector(".card .out").textContent.includes("connection refused")`)
	tab.Wait(`document.querySelector(".card summary").textContent === "redis fails; 1 check waits for it"`)
	tab.Wait(`document.querySelector(".card .runs span").textContent.includes("1 of the last ")`)
	tab.Wait(`document.querySelector(".before").textContent.includes("the exporter was started")`)
	tab.Wait(fmt.Sprintf(`document.querySelector(".act code").textContent === "redis-cli -h 127.0.0.1 -p %s PING"`, portOf(redis.Addr)))
	tab.Wait(`document.getElementById("pollers").textContent.includes("Go-http-client")`)
	tab.WantAccessible()
	tab.WantNoComplaints()

	tab.Eval(`document.getElementById("c:redis").click()`, nil)
	tab.Wait(`location.pathname === "/checks/redis" && document.readyState === "complete"`)
	tab.Wait(`[...document.querySelectorAll("h2")].map(h => h.textContent).join() .includes("What changed before it,Last ")`)
	for _, want := range []string{"Evidence", "The last failed run", "tried", "Changes of state", "needed by", "the session cache", "Settings", "In Prometheus"} {
		tab.Wait(fmt.Sprintf(`document.body.innerText.toLowerCase().includes(%q.toLowerCase())`, want))
	}
	tab.WantAccessible()
	redis.Start()
	tab.Eval(`document.querySelector("#run button").click()`, nil)
	tab.Wait(`document.querySelector("#run output").textContent.startsWith("[+] redis: ")`)
	tab.Wait(`document.querySelector("h1 .pass:last-child").textContent === "passed" && document.title.startsWith("passed · redis · ")`)
	tab.Eval(`document.querySelector("#run button").click()`, nil)
	tab.Wait(`document.querySelector("#run output").textContent.includes("5s")`) // Too soon.
	for _, complaint := range tab.Complaints() {
		if complaint != "network: error: Failed to load resource: the server responded with a status of 429 (Too Many Requests) "+e.url+"/-/run/redis" {
			t.Error(complaint)
		}
	}

	tab.Go(e.url + "/?tag=ready&q=CACHE")
	tab.Wait(`document.querySelectorAll("#checks a[href^='checks/']").length === 1`)
	post(t, e.url+"/-/drain?reason=kernel&for=1h")
	tab.Wait(`document.title.startsWith("drained · ") && document.querySelector(".banner.fail:not([hidden])").textContent.includes("until")`)
	tab.WantNoComplaints()
	e.Stop()
	tab.Wait(`!document.getElementById("stale").hidden`)
}
