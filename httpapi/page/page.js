"use strict";
(() => {
	const parts = ["summary", "said", "banners", "checks", "asof", "about"];
	const byId = (doc, id) => doc.getElementById(id);
	const seen = {}; // the parts as the exporter sent them
	for (const id of parts) seen[id] = byId(document, id)?.innerHTML;

	// clocks adds this browser's time to the times in UTC.
	const clocks = () => {
		for (const t of document.querySelectorAll("time[datetime]")) {
			const d = new Date(t.dateTime);
			t.title = d.toLocaleString();
			if (t.id !== "now" && !("utc" in t.dataset) || !d.getTimezoneOffset()) continue;
			const here = d.getDate() === d.getUTCDate() ? d.toLocaleTimeString() : d.toLocaleString();
			t.textContent = t.textContent.split(" (")[0] + " (" + here + " here)";
		}
	};

	// swap replaces what has changed. Open details, the focus and the scroll
	// position stay; the summary is left alone while it says the same.
	const swap = next => {
		document.title = next.title;
		for (const id of parts) {
			const old = byId(document, id), fresh = byId(next, id);
			if (!old || !fresh || seen[id] === fresh.innerHTML) continue;
			if (old.parentNode.className !== fresh.parentNode.className) old.parentNode.className = fresh.parentNode.className;
			seen[id] = fresh.innerHTML;
			const open = [...old.querySelectorAll("details[open]")].map(d => d.id);
			const active = old.contains(document.activeElement) ? document.activeElement : null;
			const focus = active && (active.id ? "#" + CSS.escape(active.id) : active.localName + "[href=\"" + CSS.escape(active.getAttribute("href") || "") + "\"]");
			const x = scrollX, y = scrollY;
			old.replaceChildren(...fresh.childNodes);
			for (const d of open) { const e = byId(document, d); if (e) e.open = true; }
			const e = focus && document.querySelector(focus);
			if (e) e.focus({preventScroll: true});
			scrollTo(x, y);
		}
		clocks();
	};

	const stale = text => { const e = byId(document, "stale"); e.textContent = text; e.hidden = !text; };

	const refresh = async () => {
		if (document.hidden) return;
		try {
			const answer = await fetch(location.href, {headers: {Accept: "text/html"}, cache: "no-store"});
			if (answer.status === 404) {
				stale("This check is no longer in the configuration: what you see is old.");
				return;
			}
			if (!answer.ok) throw new Error("status " + answer.status);
			swap(new DOMParser().parseFromString(await answer.text(), "text/html"));
			stale("");
		} catch (e) {
			stale("No answer from the exporter: what you see is old (" + e.message + ").");
		}
	};

	// run asks for a run of the check and shows its outcome.
	const run = async event => {
		event.preventDefault();
		const [button, said] = [event.target.querySelector("button"), event.target.querySelector("output")];
		button.disabled = true;
		said.textContent = "running …";
		try {
			// Not form.action: it has the user and password of an address that has them, which fetch refuses.
			const to = new URL(event.target.getAttribute("action"), location.href);
			const answer = await fetch(to, {method: "POST", headers: {Accept: "text/plain"}});
			said.textContent = (await answer.text()).split("\n")[0];
		} catch (e) {
			said.textContent = e.message;
		}
		button.disabled = false;
		button.focus();
		refresh();
	};

	clocks();
	byId(document, "run")?.addEventListener("submit", run);
	setInterval(refresh, 5000);
	document.addEventListener("visibilitychange", refresh);
})();
