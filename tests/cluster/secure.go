package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
)

// largest is the longest message that the servers take, in bytes.
const largest = 64 << 20

// serverOptions are those of every gRPC server of the cluster: faults, counters and TLS.
func (c *cluster) serverOptions() ([]grpc.ServerOption, error) {
	options := []grpc.ServerOption{
		grpc.MaxRecvMsgSize(largest), grpc.MaxSendMsgSize(largest),
		grpc.UnaryInterceptor(c.unary), grpc.StreamInterceptor(c.stream),
	}
	if c.options.tls == "" {
		return options, nil
	}
	config, err := tlsConfig(c.options.tls)
	if err != nil {
		return nil, err
	}
	return append(options, grpc.Creds(credentials.NewTLS(config))), nil
}

// tlsConfig reads ca.pem, server.pem and server.key; clients must show a certificate of the same authority.
func tlsConfig(folder string) (*tls.Config, error) {
	certificate, err := tls.LoadX509KeyPair(filepath.Join(folder, "server.pem"), filepath.Join(folder, "server.key"))
	if err != nil {
		return nil, err
	}
	authority, err := os.ReadFile(filepath.Join(folder, "ca.pem"))
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(authority) {
		return nil, errors.New("ca.pem holds no certificate")
	}
	return &tls.Config{
		Certificates: []tls.Certificate{certificate}, ClientCAs: pool,
		ClientAuth: tls.RequireAndVerifyClientCert, NextProtos: []string{"h2"}, MinVersion: tls.VersionTLS12,
	}, nil
}

// makeCertificates fills a folder with an authority of its own and with certificates of a server on this machine and
// of a client, unless they are there.
func makeCertificates(folder string) error {
	if _, err := os.Stat(filepath.Join(folder, "ca.pem")); err == nil {
		return nil
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	authority, err := newIdentity("Keyloom test authority", nil)
	if err != nil {
		return err
	}
	for _, name := range []string{"server", "client"} {
		one, err := newIdentity(name, authority)
		if err != nil {
			return err
		}
		if err := one.write(folder, name); err != nil {
			return err
		}
	}
	return writePEM(filepath.Join(folder, "ca.pem"), "CERTIFICATE", authority.certificate)
}

// identity is a certificate and its key.
type identity struct {
	template    *x509.Certificate
	certificate []byte
	key         *ecdsa.PrivateKey
}

// newIdentity makes an identity that issuer signs, or an authority that signs itself.
func newIdentity(name string, issuer *identity) (*identity, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	serial, err := rand.Int(rand.Reader, big.NewInt(1<<62))
	if err != nil {
		return nil, err
	}
	own := &identity{key: key, template: &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().AddDate(1, 0, 0),
		KeyUsage:    x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
		DNSNames:    []string{"localhost"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}}
	if issuer == nil {
		issuer = own
		own.template.IsCA, own.template.BasicConstraintsValid = true, true
		own.template.KeyUsage = x509.KeyUsageCertSign
	}
	own.certificate, err = x509.CreateCertificate(rand.Reader, own.template, issuer.template, &key.PublicKey, issuer.key)
	return own, err
}

func (i *identity) write(folder, name string) error {
	key, err := x509.MarshalPKCS8PrivateKey(i.key)
	if err != nil {
		return err
	}
	if err := writePEM(filepath.Join(folder, name+".key"), "PRIVATE KEY", key); err != nil {
		return err
	}
	return writePEM(filepath.Join(folder, name+".pem"), "CERTIFICATE", i.certificate)
}

func writePEM(path, kind string, bytes []byte) error {
	return os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: bytes}), 0o600)
}
