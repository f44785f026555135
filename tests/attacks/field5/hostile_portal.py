import sys,os,subprocess,pathlib,time,shutil,gzip,zlib,threading,socket
sys.path.insert(0,'.')
from tests.worlds.county import county_file
from tests.portals.server import running,Reply
env={**os.environ,'PYTHONPATH':'.','COLUMNS':'200'}; env.pop('NIANBAO_SETTINGS',None)
z=zlib.compressobj(9,zlib.DEFLATED,31); bomb=b''.join(z.compress(b'<p>a</p>'*131072) for _ in range(1500))+z.flush()
H={'Content-Type':'text/html; charset=utf-8'}
trap=[]
def trapper():
    s=socket.socket(); s.setsockopt(socket.SOL_SOCKET,socket.SO_REUSEADDR,1); s.bind(('127.0.0.2',2777)); s.listen()
    while True:
        c,_=s.accept(); trap.append(c.recv(200)); c.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'); c.close()
threading.Thread(target=trapper,daemon=True).start()
def mk(kind):
    def portal(r):
        if kind=='robotsbig' and r.path=='/robots.txt': return Reply(b'User-agent: *\nDisallow:\n'+b'#'*60_000_000,headers={'Content-Type':'text/plain'})
        if kind=='robots500' and r.path=='/robots.txt': return Reply(b'',status=500)
        if kind=='robotsredir' and r.path=='/robots.txt': return Reply(b'',status=302,headers={'Location':'http://127.0.0.2:2777/robots.txt'})
        if r.path=='/robots.txt': return Reply(b'',headers={'Content-Type':'text/plain'})
        if kind=='bomb': return Reply(bomb,headers={**H,'Content-Encoding':'gzip'})
        if kind=='loop': return Reply(b'',status=302,headers={'Location':r.path+'?x=%d'%time.time_ns()})
        if kind=='file': return Reply(b'',status=302,headers={'Location':'file:///etc/passwd'})
        if kind=='other': return Reply(b'',status=302,headers={'Location':'http://127.0.0.2:2777/secret'})
        if kind=='meta': return Reply(b'<html><head><meta http-equiv=refresh content="0;url=http://127.0.0.2:2777/secret"></head></html>',headers=H)
        if kind=='hdr': return Reply(b'x',headers={**H,**{f'X-{i}':'a'*3000 for i in range(90)}})
        if kind=='len': return Reply(b'x'*10,headers={**H,'Content-Length':'99999999999'})
        if kind=='neg': return Reply(b'x'*10,headers={**H,'Content-Length':'-5'})
        if kind=='entry':
            if r.path=='/zwgk/nb/': return Reply('<html><meta charset=utf-8><div class=list><ul><li><a href="http://127.0.0.2:2777/z/t20240101_1.html">平安县柳树镇人民政府2023年政府信息公开工作年度报告</a><span>2024-01-10</span></li><li><a href="/r/t20240101_2.html">平安县石门镇人民政府2023年政府信息公开工作年度报告</a><span>2024-01-10</span></li></ul></div><script>createPageHTML(1,0,"index","html");</script></html>'.encode(),headers=H)
            return Reply(b'',status=302,headers={'Location':'http://127.0.0.2:2777/y.html'})
        return Reply('<html><meta charset=utf-8><div class=list><ul></ul>暂无</div></html>'.encode(),headers=H)
    return portal
for kind in sys.argv[1:]:
    trap.clear(); F=pathlib.Path(f'/tmp/field5/h_{kind}'); shutil.rmtree(F,True); F.mkdir()
    with running(mk(kind)) as s:
        cfg=county_file(F,s.url); t=time.time()
        C=[sys.executable,'-m','nianbao.monitor.cli']; S=['--store',f'sqlite:///{F}/n.db']
        try: p=subprocess.run(['/usr/bin/time','-f','%M KB',*C,'sweep','--config',str(cfg),'--allow-private','--pause','0','--retries','0','--evidence',f'{F}/evidence',*S],env=env,capture_output=True,text=True,cwd=F,timeout=90)
        except subprocess.TimeoutExpired: print(kind,'TIMEOUT'); continue
        m=subprocess.run([*C,'missing','--year','2023','--config',str(cfg),'--format','json',*S],env=env,capture_output=True,text=True,cwd=F)
        print(kind,p.returncode,round(time.time()-t,1),'asked',len(s.requests),'trap',trap[:1],' '.join(p.stdout.split())[-120:],p.stderr[-120:].replace('\n',' '),'| missing:',m.stdout.strip()[:120])
