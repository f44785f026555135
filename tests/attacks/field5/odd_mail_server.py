import socketserver,sys,threading,os,signal,time
MODE=sys.argv[1]; LOG=open(sys.argv[3],'a',buffering=1)
N=[0]
class H(socketserver.StreamRequestHandler):
    def s(self,l): self.wfile.write(l.encode()+b'\r\n')
    def handle(self):
        self.s('220 hi'); rc=''
        while True:
            l=self.rfile.readline()
            if not l: return
            t=l.decode('utf8','replace').strip(); c=t.upper()
            if not c.startswith('EHLO'): LOG.write('C '+t+'\n')
            if c.startswith('EHLO'):
                self.wfile.write(b'250-x\r\n'+(b'250-AUTH PLAIN LOGIN\r\n')+(b'250-STARTTLS\r\n' if MODE=='stls' else b'')+b'250 8BITMIME\r\n')
            elif c.startswith('STARTTLS'):
                self.wfile.write(b'220 go\r\n250 AUTH PLAIN\r\n'); 
            elif c.startswith('MAIL'):
                if MODE=='530': self.s('530 5.7.0 Authentication required')
                elif MODE=='421m' and N[0]==1: N[0]+=1; self.s('421 too many'); return
                else: self.s('250 ok')
            elif c.startswith('RCPT'):
                rc=t
                if MODE=='mix' and 'one@' in t: self.s('450 greylisted')
                elif MODE=='mix' and 'two@' in t: self.s('550 no such user')
                elif MODE=='5temp': self.s('550 5.7.1 \xe9\x1b]0;x\x07 <b>')
                else: self.s('250 ok')
            elif c=='DATA':
                self.s('354 go'); n=0; mid=''
                while True:
                    d=self.rfile.readline()
                    if d in (b'.\r\n',b''): break
                    if d.lower().startswith(b'message-id'): mid=d.decode().strip()
                LOG.write(f'GOT {rc} {mid}\n'); N[0]+=1
                if MODE=='drop': return
                if MODE=='slow': time.sleep(1.5)
                self.s('250 ok')
            elif c=='QUIT': self.s('221 bye'); return
            elif c=='RSET': self.s('250 ok')
            else: self.s('502 no')
class S(socketserver.ThreadingTCPServer): allow_reuse_address=True; daemon_threads=True
S(('127.0.0.1',int(sys.argv[2])),H).serve_forever()
