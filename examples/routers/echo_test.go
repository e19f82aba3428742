package routers

import (
	"testing"

	"github.com/labstack/echo/v4"
)

func TestUnderEcho(t *testing.T) {
	h := newHandlers(t)
	router := echo.New()
	router.Any("/healthz", echo.WrapHandler(h.all))
	health := router.Group("/health")
	health.Any("/check", echo.WrapHandler(h.all))
	health.Any("/live", echo.WrapHandler(h.live))
	health.Any("/ready", echo.WrapHandler(h.ready))
	router.Any("/healthcheck", echo.WrapHandler(h.byName))
	router.Any("/healthcheck/*", echo.WrapHandler(h.byName))
	router.Group("/internal").Any("/status", echo.WrapHandler(h.all))
	wantAnswers(t, router, h, false) // echo.Context.Param is not PathValue: use a Prefix.
}
