package httpapi_test

import (
	"bytes"
	"flag"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"os"
	"testing"

	"github.com/healthcheck-exporter/healthcheck_exporter/internal/browsertest"
)

var update = flag.Bool("update", false, "write the screenshot in the README anew")

// The README has a picture of the page at a frozen moment. Only -update writes
// it, because fonts differ from machine to machine.
func TestTheREADMEHasASmallScreenshot(t *testing.T) {
	const file, limit = "../docs/status-page.png", 150_000
	if *update {
		o := sceneOptions()
		o.Hostname = "web1"
		tab := browsertest.Start(t).Open(servePages(t, nineChecks(), o), browsertest.Screen{Width: 1000, Height: 900, Zone: "Europe/Berlin"})
		var passed float64
		tab.Eval(`[...document.querySelectorAll("#checks section")].at(-1).getBoundingClientRect().bottom`, &passed)
		if err := os.WriteFile(file, palette(t, tab.Picture(int(passed)+24)), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	picture, err := png.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	if _, is := picture.ColorModel.(color.Palette); !is || len(data) >= limit {
		t.Errorf("%s: %d bytes, palette %t, want a palette and less than %d bytes", file, len(data), is, limit)
	}
	if readme, err := os.ReadFile("../README.md"); err != nil || !bytes.Contains(readme, []byte("(docs/status-page.png)")) {
		t.Errorf("the README does not show %s: %v", file, err)
	}
}

// palette returns a picture with 256 of its colours; each other colour becomes the
// nearest of them.
func palette(t *testing.T, data []byte) []byte {
	t.Helper()
	from, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	counts := map[color.RGBA]int{}
	for y := range from.Bounds().Dy() {
		for x := range from.Bounds().Dx() {
			counts[color.RGBAModel.Convert(from.At(x, y)).(color.RGBA)]++
		}
	}
	to := image.NewPaletted(from.Bounds(), choose(counts, 256))
	draw.Draw(to, to.Bounds(), from, image.Point{}, draw.Src)
	var b bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&b, to); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// choose returns up to n colours, each time the one whose loss would be seen most:
// frequent, and far from those chosen before.
func choose(counts map[color.RGBA]int, n int) (chosen color.Palette) {
	loss := map[color.RGBA]int{}
	for c, count := range counts {
		loss[c] = count * 3 * 255 * 255
	}
	for len(chosen) < min(n, len(counts)) {
		var next color.RGBA
		for c, l := range loss {
			if best := loss[next]; l > best || l == best && bytes.Compare([]byte{c.R, c.G, c.B}, []byte{next.R, next.G, next.B}) > 0 {
				next = c
			}
		}
		chosen = append(chosen, next)
		for c := range loss {
			r, g, b := int(c.R)-int(next.R), int(c.G)-int(next.G), int(c.B)-int(next.B)
			loss[c] = min(loss[c], counts[c]*(r*r+g*g+b*b))
		}
		delete(loss, next)
	}
	return chosen
}
