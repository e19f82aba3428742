// Package browsertest drives a real Chromium, so that a test sees a page as a
// person does: rendered, with its script run, on a phone or a desk, light or
// dark.
//
//	tab := browsertest.Start(t).Open(server.URL, browsertest.Screen{Width: 320, Height: 800})
//	tab.Wait(`document.title.startsWith("1 fail")`)
//	tab.WantNoComplaints()
//
// It speaks the DevTools protocol over a pair of pipes, so it needs no port and
// no library. Without Chromium the tests are skipped.
package browsertest
