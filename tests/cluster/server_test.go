package main

import (
	"net"
	"testing"

	"google.golang.org/grpc"
)

func TestAStoppedServerKeepsItsPortFromOtherClusters(t *testing.T) {
	s := server{addr: "127.0.0.1:0"}
	start := func() {
		if err := s.listen(nil, func(*grpc.Server) {}); err != nil {
			t.Fatal(err)
		}
	}
	start()
	addr := s.addr
	for range 3 {
		s.stop()
		if claim, err := net.ListenPacket("udp", addr); err == nil {
			claim.Close()
			t.Fatalf("another cluster can claim %s", addr)
		}
		start()
		if s.addr != addr {
			t.Fatalf("started at %s, stopped at %s", s.addr, addr)
		}
	}
	s.stop()
}
