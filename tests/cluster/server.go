package main

import (
	"fmt"
	"log"
	"math/rand"
	"net"
	"strings"
	"sync"

	"google.golang.org/grpc"
)

// server is a gRPC server that can be stopped and started again at the same address.
type server struct {
	mu       sync.Mutex
	addr     string
	grpc     *grpc.Server
	listener net.Listener
	// claim keeps the port from other clusters, also while the server is stopped.
	claim net.PacketConn
}

// listen starts the server; it does nothing if it runs.
func (s *server) listen(options []grpc.ServerOption, register func(*grpc.Server)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.grpc != nil {
		return nil
	}
	listener, claim, err := listen(s.addr)
	if err != nil {
		return err
	}
	if s.claim == nil {
		s.claim = claim
	}
	s.addr = listener.Addr().String()
	running := grpc.NewServer(options...)
	register(running)
	s.grpc, s.listener = running, listener
	go func() {
		if err := running.Serve(listener); err != nil {
			log.Printf("%s: %v", s.addr, err)
		}
	}()
	return nil
}

// stop cuts every connection at once, as a kill does. Work that was begun may still be done.
func (s *server) stop() {
	s.mu.Lock()
	running, listener := s.grpc, s.listener
	s.grpc, s.listener = nil, nil
	s.mu.Unlock()
	if running != nil {
		running.Stop()
		// It does not know the listener yet if it was started a moment ago.
		listener.Close()
	}
}

func (s *server) running() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.grpc != nil
}

// listen takes the address, or with port 0 one that no other cluster has claimed, below those that the system gives to
// outgoing connections: a stopped server must find its port free again. A claim is the UDP port of the same number, which
// ends with the process; an address that was named is taken without one if it cannot be had.
func listen(addr string) (net.Listener, net.PacketConn, error) {
	host, free := strings.CutSuffix(addr, ":0")
	if !free {
		listener, err := net.Listen("tcp", addr)
		if err != nil {
			return nil, nil, err
		}
		claim, _ := net.ListenPacket("udp", listener.Addr().String())
		return listener, claim, nil
	}
	var err error
	for range 200 {
		addr := fmt.Sprintf("%s:%d", host, 10_000+rand.Intn(20_000))
		var claim net.PacketConn
		if claim, err = net.ListenPacket("udp", addr); err != nil {
			continue
		}
		var listener net.Listener
		if listener, err = net.Listen("tcp", addr); err == nil {
			return listener, claim, nil
		}
		claim.Close()
	}
	return nil, nil, err
}
