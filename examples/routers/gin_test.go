package routers

import (
	"testing"

	"github.com/gin-gonic/gin"
)

func TestUnderGin(t *testing.T) {
	h := newHandlers(t)
	gin.SetMode(gin.TestMode)
	router := gin.New()
	router.Any("/healthz", gin.WrapH(h.all))
	health := router.Group("/health")
	health.Any("/check", gin.WrapH(h.all))
	health.Any("/live", gin.WrapH(h.live))
	health.Any("/ready", gin.WrapH(h.ready))
	router.Any("/healthcheck", gin.WrapH(h.byName))
	router.Any("/healthcheck/*check", gin.WrapH(h.byName))
	router.Group("/internal").Any("/status", gin.WrapH(h.all))
	wantAnswers(t, router, h, false) // gin.Context.Param is not PathValue: use a Prefix.
}
