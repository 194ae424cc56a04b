# Export-Coexistence.ps1 - exports of a Lync or Skype for Business Server deployment for pytest-coexistence.
#
# NOT EXECUTED ON A PRODUCT SERVER. It was written from documented cmdlets and properties and parsed with a
# PowerShell grammar; no Lync or Skype for Business Server has run it. Read it before you start it.
#
# It only reads: Get-Cs* cmdlets, and SELECT on the conferencing database with -Meetings. It writes files into
# one folder of your choice and nowhere else, and sends nothing anywhere. Windows PowerShell 2.0 syntax.
#
#   .\Export-Coexistence.ps1 -Folder C:\twin
#       everything that the Management Shell tells. Run it on a server of the newest version, with an account
#       that may read the configuration and ask the other servers for their services.
#   .\Export-Coexistence.ps1 -Folder C:\twin -Local
#       services, builds and nothing else of this one server: for Edge servers, which cannot be asked from
#       inside, and for Get-CsServerPatchVersion, which tells of its own server only.
#   .\Export-Coexistence.ps1 -Folder C:\twin -Meetings
#       the scheduled meetings in this Front End's own database (RTCLOCAL; Lync Server 2013 or later).
#       Reading that database is not supported by the vendor. Titles, keys and content are not read.
#   -Pseudonymise -KeyFile C:\secret\coexistence.key
#       addresses, host names, domains, numbers and names are replaced before anything is written, by the same
#       key always in the same way (HMAC-SHA256). Keep the key file; without it nobody finds the names again.
#       It must have 32 bytes or more. To make one:
#       $b=New-Object byte[] 32; (New-Object Security.Cryptography.RNGCryptoServiceProvider).GetBytes($b); [IO.File]::WriteAllBytes('C:\secret\coexistence.key',$b)
#
# Personal data: SIP addresses, and which policies and numbers belong to them. No display names, no e-mail
# addresses, no meeting titles. What could not be read stands in export-errors.csv; a file that is missing stays
# unknown to the rehearsal, and an empty list is a header without rows.

param(
    [string]$Folder = 'C:\twin',
    [switch]$Local,
    [switch]$Meetings,
    [switch]$Pseudonymise,
    [string]$KeyFile = ''
)

$script:errors = @()
$script:domains = @()
$script:hosts = @{}
$script:mac = $null

if ($Pseudonymise) {
    if (-not $KeyFile -or -not (Test-Path -LiteralPath $KeyFile)) { throw 'Pseudonymise needs KeyFile: a file of 32 bytes or more. The header says how to make one.' }
    $key = [IO.File]::ReadAllBytes($KeyFile)
    if ($key.Length -lt 32) { throw 'The key file must have 32 bytes or more.' }
    $script:mac = New-Object Security.Cryptography.HMACSHA256
    $script:mac.Key = $key
}

# ---- pseudonyms ------------------------------------------------------------------------------------------

# Names that the product or the Internet gives a meaning to, and the last part of a name, stay.
$script:kept = @('sip','sipinternal','sipexternal','lyncdiscover','lyncdiscoverinternal','meet','dialin','admin','autodiscover','ucupdates-r2','_sip','_sipinternal','_sipinternaltls','_sipfederationtls','_xmpp-server','_ntp','_tls','_tcp','_udp','www')

function Get-Word($kind, $text) {
    $bytes = $script:mac.ComputeHash([Text.Encoding]::UTF8.GetBytes($kind + ':' + $text.ToLowerInvariant()))
    'x' + ([BitConverter]::ToString($bytes, 0, 8)).Replace('-', '').ToLowerInvariant()
}

function Hide-Host($text) {
    $name = "$text"
    if (-not $script:mac -or $name -eq '') { return $name }
    $labels = $name.TrimEnd('.').Split('.')
    $made = @()
    for ($at = 0; $at -lt $labels.Length; $at++) {
        $label = $labels[$at]
        $isLast = ($at -eq $labels.Length - 1) -and ($labels.Length -gt 1)
        if ($isLast -or $label -eq '' -or $label -eq '*' -or ($script:kept -contains $label.ToLowerInvariant())) { $made += $label } else { $made += (Get-Word 'label' $label) }
    }
    [string]::Join('.', $made)
}

function Hide-Address($text) {
    $name = "$text"
    $at = $name.IndexOf('@')
    if (-not $script:mac -or $at -lt 0) { return $name }
    $prefix = ''
    $user = $name.Substring(0, $at)
    if ($user -match '^(sip|tel|sips):') { $prefix = $user.Substring(0, $user.IndexOf(':') + 1); $user = $user.Substring($prefix.Length) }
    $prefix + (Get-Word 'person' $user) + '@' + (Hide-Host $name.Substring($at + 1))
}

function Hide-Number($text) {
    $name = "$text"
    if (-not $script:mac -or $name -notmatch '\d') { return $name }
    $bytes = $script:mac.ComputeHash([Text.Encoding]::UTF8.GetBytes('number:' + $name))
    $made = ''
    $at = 0
    foreach ($letter in $name.ToCharArray()) {
        if ([char]::IsDigit($letter)) { $made += [string]($bytes[$at % 32] % 10); $at++ } else { $made += $letter }
    }
    $made
}

# A name of somebody's own, behind what it is a name of: Site:Redmond, Tag:Executives.
function Hide-Name($text) {
    $name = "$text"
    if (-not $script:mac -or $name -eq '' -or $name -eq 'Global') { return $name }
    $shown = Hide-Text $name
    if ($shown -ne $name) { return $shown }
    $at = $name.LastIndexOf(':')
    $name.Substring(0, $at + 1) + (Get-Word 'name' $name.Substring($at + 1))
}

# Everything that can be told by its form: addresses, and names in the domains of the deployment.
function Hide-Text($text) {
    $clear = "$text"
    if (-not $script:mac -or $clear -eq '') { return $clear }
    $clear = [regex]::Replace($clear, '[^\s:;,"<>=/]+@[\w.-]+', { param($found) Hide-Address $found.Value })
    if ($script:pattern) { $clear = [regex]::Replace($clear, $script:pattern, { param($found) Hide-Host $found.Value }) }
    $clear
}

# ---- columns ---------------------------------------------------------------------------------------------

function Text($name) { @{n = $name; e = [scriptblock]::Create("Hide-Text `"`$(`$_.$name)`"") } }
function Joined($name) { @{n = $name; e = [scriptblock]::Create("Hide-Text (@(`$_.$name) -join ';')") } }
function Moment($name) { @{n = $name; e = [scriptblock]::Create("if (`$_.$name) { ([datetime]`$_.$name).ToString('s') }") } }
function HostName($name) { @{n = $name; e = [scriptblock]::Create("Hide-Host `$_.$name") } }
function Number($name) { @{n = $name; e = [scriptblock]::Create("Hide-Number `$_.$name") } }
function Named($name) { @{n = $name; e = [scriptblock]::Create("Hide-Name `"`$(`$_.$name)`"") } }
function NamedAll($name) { @{n = $name; e = [scriptblock]::Create("@(@(`$_.$name) | ForEach-Object { Hide-Name `"`$_`" }) -join ';'") } }

# ---- files -----------------------------------------------------------------------------------------------

function Add-Failure($file, $what) {
    $script:errors += New-Object psobject -Property @{File = $file; Problem = (Hide-Text $what) }
}

# Runs one reading part, and writes its rows, or the header alone where there are none. Nothing is written
# where reading failed: an empty list and a list that nobody read are not the same.
function Save-Rows($file, $columns, [scriptblock]$read) {
    $path = Join-Path $Folder ($file + '.csv')
    if (Test-Path -LiteralPath $path) { Remove-Item -LiteralPath $path }
    try {
        $ErrorActionPreference = 'Stop'
        $rows = @(& $read | Where-Object { $_ -ne $null })
        if ($rows.Count) {
            $rows | Select-Object $columns | Export-Csv $path -NoTypeInformation -Encoding UTF8
        } else {
            $names = $columns | ForEach-Object { if ($_ -is [string]) { $_ } else { $_.n } }
            ('"' + ($names -join '","') + '"') | Out-File $path -Encoding UTF8
        }
    } catch {
        Add-Failure $file "$_"
    }
}

# Services of one server; a server that cannot be asked is a row that says so.
function Read-Services($computer, [switch]$Here) {
    $shown = Hide-Host $computer
    try {
        if ($Here) { $found = Get-CsWindowsService -ExcludeActivityLevel -ErrorAction Stop } else { $found = Get-CsWindowsService -ComputerName $computer -ExcludeActivityLevel -ErrorAction Stop }
        $found | Select-Object @{n = 'ComputerName'; e = { $shown } }, 'Name', 'DisplayName', @{n = 'Status'; e = { "$($_.Status)" } }, @{n = 'RoleName'; e = { @($_.RoleName) -join ';' } }
    } catch {
        Add-Failure 'windowsservices' "${computer}: $_"
        New-Object psobject -Property @{ComputerName = $shown; Name = ''; DisplayName = ''; Status = 'NotCollected'; RoleName = '' }
    }
}

if (-not (Test-Path -LiteralPath $Folder)) { New-Item -ItemType Directory -Path $Folder | Out-Null }
$here = ([Net.Dns]::GetHostByName($env:COMPUTERNAME)).HostName
$services = @('ComputerName', 'Name', 'DisplayName', 'Status', 'RoleName')

if ($Local) {
    Save-Rows ('windowsservices-' + (Hide-Host $here)) $services { Read-Services $here -Here }
    if (Get-Command Get-CsServerPatchVersion -ErrorAction SilentlyContinue) {
        Save-Rows ('patchversion-' + (Hide-Host $here)) @('ComponentName', (Text 'Version'), @{n = 'ComputerName'; e = { Hide-Host $here } }) { Get-CsServerPatchVersion }
    }
} elseif ($Meetings) {
    $query = 'SELECT r.UserAtHost AS organizer, c.ExternalConfId AS conf_id, c.Static AS is_static, c.ProvisionTime AS created, c.ExpiryTime AS expires, c.PstnAuthorityId AS pstn_authority, c.PstnLocalId AS pstn_local FROM rtc.dbo.Conference c JOIN rtc.dbo.Resource r ON c.OrganizerId = r.ResourceId'
    $columns = @(
        @{n = 'front_end'; e = { Hide-Host $here } },
        @{n = 'organizer'; e = { Hide-Address $_.organizer } },
        @{n = 'conf_id'; e = { if ($script:mac) { Get-Word 'meeting' "$($_.conf_id)" } else { $_.conf_id } } },
        'is_static',
        @{n = 'created'; e = { '{0:s}' -f $_.created } },
        @{n = 'expires'; e = { '{0:s}' -f $_.expires } },
        'pstn_authority',
        @{n = 'pstn_local'; e = { Hide-Number $_.pstn_local } }
    )
    Save-Rows ('meetings-' + (Hide-Host $here)) $columns {
        $table = New-Object Data.DataTable
        $adapter = New-Object Data.SqlClient.SqlDataAdapter($query, "server=$env:COMPUTERNAME\rtclocal;database=rtc;Integrated Security=SSPI")
        [void]$adapter.Fill($table)
        $table
    }
} else {
    # ---- topology ----------------------------------------------------------------------------------------
    $computers = @(Get-CsComputer | ForEach-Object { "$($_.Fqdn)" })
    $pools = @(Get-CsPool)
    $suffixes = @($pools | ForEach-Object { "$($_.Fqdn)" }) + $computers | ForEach-Object { if ($_.IndexOf('.') -gt 0) { $_.Substring($_.IndexOf('.') + 1) } }
    $script:domains = @(Get-CsSipDomain | ForEach-Object { "$($_.Name)" }) + @($suffixes) | Sort-Object -Unique
    $escaped = @($script:domains | Where-Object { $_ } | ForEach-Object { [regex]::Escape($_) }) + @($computers | Where-Object { $_.IndexOf('.') -lt 0 } | ForEach-Object { [regex]::Escape($_) })
    $script:pattern = '(?i)(?<![\w.-])(?:[\w*-]+\.)*(?:' + ($escaped -join '|') + ')(?![\w-])'
    try {
        $path = Join-Path $Folder 'topology.xml'
        if (Test-Path -LiteralPath $path) { Remove-Item -LiteralPath $path }
        $topology = Get-CsTopology -AsXml
        if ($script:mac) {
            $written = Hide-Text $topology.ToString()
            $written = [regex]::Replace($written, '(?<=<(?:\w+:)?Name(?: [^>]*)?>)[^<]+', { param($found) Hide-Name $found.Value })
            $written = [regex]::Replace($written, '(?<= (?:City|State|Description|UncPath|DisplayName)=")[^"]+', { param($found) Hide-Name $found.Value })
            [IO.File]::WriteAllText($path, $written, [Text.Encoding]::UTF8)
        } else {
            $topology.Save($path)
        }
    } catch {
        Add-Failure 'topology' "$_"
    }

    # ---- people ------------------------------------------------------------------------------------------
    $people = @((Text 'SipAddress'), 'Enabled', (Text 'RegistrarPool'), (Text 'TargetRegistrarPool'), (Text 'HomeServer'), (Text 'HostingProvider'), 'EnterpriseVoiceEnabled', (Named 'ConferencingPolicy'), (Named 'ExternalAccessPolicy'), (Named 'VoicePolicy'), (Named 'ClientPolicy'), (Named 'ClientVersionPolicy'), (Named 'MobilityPolicy'), (Named 'UserServicesPolicy'))
    Save-Rows 'users' $people { Get-CsUser }
    if (Get-Command Get-CsMeetingRoom -ErrorAction SilentlyContinue) {
        Save-Rows 'meetingrooms' ($people + @{n = 'MeetingRoom'; e = { 'True' } }) { Get-CsMeetingRoom }
    }

    # ---- services and replication ------------------------------------------------------------------------
    Save-Rows 'windowsservices' $services { $computers | ForEach-Object { Read-Services $_ } }
    Save-Rows 'replication' @((HostName 'ReplicaFqdn'), 'UpToDate', 'ProductVersion', (Moment 'LastStatusReport'), (Moment 'LastUpdateCreation')) { Get-CsManagementStoreReplicationStatus }
    Save-Rows 'cmsstatus' @((HostName 'ActiveMasterFqdn'), (Moment 'LastUpdatedOn'), (Moment 'ActiveMasterLastHeartbeat')) { Get-CsManagementStoreReplicationStatus -CentralManagementStoreStatus }
    Save-Rows 'cmsconnection' @('StoreProvider', 'ReadOnly', (HostName 'SqlServer'), 'SqlInstance') { Get-CsManagementConnection }

    # ---- what belongs to pools ---------------------------------------------------------------------------
    Save-Rows 'conferencedirectories' @((Text 'Identity'), (Text 'ServiceId')) { Get-CsConferenceDirectory }
    Save-Rows 'accessnumbers' @((Text 'Identity'), (Text 'PrimaryUri'), (Text 'Pool'), (NamedAll 'Regions')) { Get-CsDialInConferencingAccessNumber }
    Save-Rows 'rgsworkflows' @((Text 'Identity'), (Named 'Name'), 'Active', (Text 'PrimaryUri')) { Get-CsRgsWorkflow }
    Save-Rows 'callparkorbits' @((Named 'Identity'), (Number 'NumberRangeStart'), (Number 'NumberRangeEnd'), (Text 'CallParkServiceId'), (Text 'CallParkServerFqdn')) { Get-CsCallParkOrbit }
    Save-Rows 'unassignednumbers' @((Named 'Identity'), (Number 'NumberRangeStart'), (Number 'NumberRangeEnd'), (Text 'AnnouncementServiceId'), (Text 'AnnouncementServerFqdn'), (Number 'ExUmAutoAttendantPhoneNumber')) { Get-CsUnassignedNumber }
    Save-Rows 'commonareaphones' @((Named 'Identity'), (Text 'SipAddress'), (Text 'RegistrarPool'), (Number 'DisplayNumber')) { Get-CsCommonAreaPhone }
    Save-Rows 'analogdevices' @((Named 'Identity'), (Text 'SipAddress'), (Text 'RegistrarPool'), (Text 'Gateway'), 'AnalogFax') { Get-CsAnalogDevice }
    Save-Rows 'exumcontacts' @((Named 'Identity'), (Text 'SipAddress'), (Text 'RegistrarPool'), 'AutoAttendant') { Get-CsExUmContact }
    Save-Rows 'trustedappendpoints' @((Named 'Identity'), (Text 'SipAddress'), (Text 'RegistrarPool'), (Text 'HomeServer'), 'OwnerUrn') { Get-CsTrustedApplicationEndpoint }
    Save-Rows 'trustedapps' @((Text 'Identity'), 'ApplicationId', (HostName 'TrustedApplicationPoolFqdn')) { Get-CsTrustedApplication }
    Save-Rows 'trustedapppools' @((Text 'Identity'), (Text 'Registrar'), 'ThrottleAsServer', 'TreatAsAuthenticated') { Get-CsTrustedApplicationPool }

    # ---- what was configured -----------------------------------------------------------------------------
    Save-Rows 'conferencing-policies' @((Named 'Identity'), 'AllowAnonymousParticipantsInMeetings', 'MaxMeetingSize') { Get-CsConferencingPolicy }
    Save-Rows 'external-access-policies' @((Named 'Identity'), 'EnableFederationAccess', 'EnableOutsideAccess', 'EnableXmppAccess') { Get-CsExternalAccessPolicy }
    Save-Rows 'voice-policies' @((Named 'Identity'), (NamedAll 'PstnUsages')) { Get-CsVoicePolicy }
    Save-Rows 'client-policies' @((Named 'Identity'), 'AddressBookAvailability', 'EnableAppearOffline', 'DisableEmoticons') { Get-CsClientPolicy }
    if (Get-Command Get-CsMobilityPolicy -ErrorAction SilentlyContinue) {
        Save-Rows 'mobility-policies' @((Named 'Identity'), 'EnableMobility', 'EnableOutsideVoice') { Get-CsMobilityPolicy }
    }
    if (Get-Command Get-CsUserServicesPolicy -ErrorAction SilentlyContinue) {
        Save-Rows 'userservices-policies' @((Named 'Identity'), 'UcsAllowed') { Get-CsUserServicesPolicy }
    }
    Save-Rows 'meeting-configuration' @((Named 'Identity'), 'PstnCallersBypassLobby', 'AdmitAnonymousUsersByDefault') { Get-CsMeetingConfiguration }
    Save-Rows 'webservice-configuration' @((Named 'Identity'), 'ShowJoinUsingLegacyClientLink', 'ShowAlternateJoinOptionsExpanded') { Get-CsWebServiceConfiguration }
    Save-Rows 'dialplans' @((Named 'Identity'), (Named 'DialinConferencingRegion')) { Get-CsDialPlan }
    Save-Rows 'voiceroutes' @((Named 'Identity'), (Named 'Name'), (NamedAll 'PstnUsages'), (Joined 'PstnGatewayList')) { Get-CsVoiceRoute }
    Save-Rows 'clientversionrules' @((Text 'Identity'), 'Priority', 'Action', 'MajorVersion', 'MinorVersion', 'BuildNumber', 'QfeNumber', 'UserAgent', 'Enabled', 'CompareOp') { Get-CsClientVersionPolicyRule }
    Save-Rows 'clientversionconfig' @((Named 'Identity'), 'Enabled', 'DefaultAction') { Get-CsClientVersionConfiguration }
    Save-Rows 'simpleurls' @((Text 'Identity'), 'Component', (Text 'Domain'), (Text 'ActiveUrl')) {
        Get-CsSimpleUrlConfiguration | ForEach-Object {
            $scope = "$($_.Identity)"
            $_.SimpleUrl | ForEach-Object { New-Object psobject -Property @{Identity = $scope; Component = "$($_.Component)"; Domain = "$($_.Domain)"; ActiveUrl = "$($_.ActiveUrl)" } }
        }
    }
    Save-Rows 'sites' @((Named 'Identity'), 'SiteId', (Named 'DisplayName'), (Text 'SiteType'), (Text 'FederationRoute')) { Get-CsSite }
    Save-Rows 'alloweddomains' @((HostName 'Domain'), (HostName 'ProxyFqdn')) { Get-CsAllowedDomain }
    Save-Rows 'blockeddomains' @((HostName 'Domain'), @{n = 'Comment'; e = { '' } }) { Get-CsBlockedDomain }

    # ---- what is only compared ---------------------------------------------------------------------------
    Save-Rows 'pools' @((Text 'Identity'), (HostName 'Fqdn'), (Named 'Site'), (Joined 'Computers'), (Joined 'Services')) { $pools }
    Save-Rows 'services' @((Text 'Identity'), 'Role', 'Version', (HostName 'PoolFqdn'), (Text 'BackupRegistrar'), (Text 'EdgeServer')) { Get-CsService -Registrar }
    Save-Rows 'sipdomains' @((HostName 'Identity'), (HostName 'Name'), 'IsDefault') { Get-CsSipDomain }
}

if ($script:errors.Count) { $script:errors | Select-Object 'File', 'Problem' | Export-Csv (Join-Path $Folder 'export-errors.csv') -NoTypeInformation -Encoding UTF8 }
Write-Host ('Written to ' + $Folder + '; ' + $script:errors.Count + ' problems, see export-errors.csv.')
